"""The house check must fail on every rule that somebody breaks, and leave good code alone."""

import check_house
import pytest

GOOD_HEADER = """\
// Counts things, and says how many.
//
//   Counter counter(0);
//
#pragma once

namespace stator::base {

// Counts. Not thread-safe.
class Counter {
 public:
  // Starts at `start`.
  explicit Counter(int start) : value_{start}, other_{0} {}
  Counter(const Counter&) = delete;
  ~Counter();
  // How many so far.
  template <typename T>
  int Count() const noexcept {
    return value_;
  }

 private:
  void Undocumented();
  int value_;
  int other_;
};

// A copy of nothing; see Counter.
inline int Zero() { return 0; }

}  // namespace stator::base
"""


@pytest.fixture
def write(tmp_path):
    """write(path, text) puts a file into a project and returns the project's folder."""

    def put(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    return put


def all_faults(root):
    return [fault for rule in check_house.RULES.values() for fault in rule(root)]


def test_a_good_header_has_no_fault(write):
    assert all_faults(write("src/base/counter.h", GOOD_HEADER)) == []


def test_a_file_of_601_lines_is_a_fault_and_one_of_600_is_not(write):
    root = write("src/base/long.cc", "int x;\n" * 600)
    assert check_house.files_are_short(root) == []
    write("src/base/long.cc", "int x;\n" * 601)
    write("tools/long.py", "x = 1\n" * 601)
    assert len(check_house.files_are_short(root)) == 2


LONG_FUNCTIONS = [
    ("void F() {\n", "}\n"),
    ("namespace a {\nint C::F(int x) const {\n", "}\n}\n"),
    ("C::C(int x)\n    : a_(x), b_{x} {\n", "}\n"),
    ("TEST(Suite, Name) {\n", "}\n"),
    ("class C {\n public:\n  auto F() -> int {\n", "  }\n};\n"),
    ("Result<std::vector<int>> F(\n    int x) {\n  if (x) { x = 1; }\n", "}\n"),
]


@pytest.mark.parametrize("head, tail", LONG_FUNCTIONS)
def test_a_function_of_more_than_70_lines_is_a_fault(write, head, tail):
    root = write("src/base/x.cc", head + '  Work("}");  // }\n' * 71 + tail)
    found = check_house.functions_are_short(root)
    assert len(found) == 1 and "lines, 70 may be" in found[0]
    write("src/base/x.cc", head + "  Work();\n" * 60 + tail)
    assert check_house.functions_are_short(root) == []


def test_many_short_functions_after_each_other_are_no_long_one(write):
    text = "namespace a {\n" + "int F(int x) {\n  return x;\n}\n\n" * 100 + "}\n"
    assert check_house.functions_are_short(write("src/base/x.cc", text)) == []


def test_a_long_python_function_is_a_fault(write):
    root = write("tools/x.py", "def f():\n" + "    x = 1\n" * 71)
    assert "f has 72 lines" in check_house.functions_are_short(root)[0]


@pytest.mark.parametrize(
    "comment",
    [
        "  // How many so far.\n",
        "// A copy of nothing; see Counter.\n",
        "// Counts. Not thread-safe.\n",
        "  // Starts at `start`.\n",
    ],
)
def test_a_public_declaration_without_a_comment_is_a_fault(write, comment):
    assert comment in GOOD_HEADER
    root = write("src/base/counter.h", GOOD_HEADER.replace(comment, ""))
    assert len(check_house.public_functions_are_documented(root)) == 1


def test_a_header_with_too_few_comments_is_a_fault(write):
    root = write("src/base/x.h", "// One.\n// Two.\n" + "int x;\n" * 8)
    assert "20 %" in check_house.headers_are_documented(root)[0]
    write("src/base/x.h", "// One.\n// Two.\n// Three.\n" + "int x;\n" * 7 + "\n" * 20)
    assert check_house.headers_are_documented(root) == []


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME"])
def test_work_left_over_is_a_fault(write, word):
    root = write("src/base/x.cc", f"int x;\n// {word}(me): later\n")
    assert check_house.no_work_is_left_over(root)[0].startswith("src/base/x.cc:2")


def test_code_that_is_switched_off_is_a_fault(write):
    root = write("src/base/x.cc", "#if 0\nint x;\n#endif\n")
    assert len(check_house.no_work_is_left_over(root)) == 1


OFF = [
    ("src/base/x_test.cc", "TEST(Suite, DISABLED_Name) {}\n"),
    ("src/base/x_test.cc", "TEST(Suite, Name) { GTEST_SKIP(); }\n"),
    ("tests/x_test.py", "@pytest.mark.skip\ndef test_x():\n    pass\n"),
    ("tests/x_test.py", "@pytest.mark.skipif(\n    True,\n)\ndef test_x():\n    pass\n"),
]


@pytest.mark.parametrize("path, text", OFF)
def test_a_test_that_is_off_without_a_reason_is_a_fault(write, path, text):
    assert len(check_house.no_test_is_off_without_a_reason(write(path, text))) == 1


def test_a_test_that_is_off_with_a_reason_is_none(write):
    write("src/base/x_test.cc", 'TEST(S, N) { GTEST_SKIP() << "no such disk"; }\n')
    root = write(
        "tests/x_test.py", '@pytest.mark.skipif(True, reason="no disk")\ndef test_x(): ...\n'
    )
    assert check_house.no_test_is_off_without_a_reason(root) == []


ADDRESSES = [
    ("tools/a/package-lock.json", '{"resolved": "somewhere", "integrity": "sha512-x"}'),
    ("tools/a/package-lock.json", '{"version": "1.0.0"}'),
    ("tools/a/.npmrc", "registry = somewhere"),
    ("tests/a/pom.xml", "<repository><url>somewhere</url></repository>"),
    ("tools/a/requirements.txt", "--index-url somewhere\nfeast==0.67.0"),
]


@pytest.mark.parametrize("path, text", ADDRESSES)
def test_a_lock_with_an_address_or_without_a_hash_is_a_fault(write, path, text):
    assert len(check_house.locks_hold_no_addresses(write(path, text))) == 1
