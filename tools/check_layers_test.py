"""The layer check must fail on every arrow and rule that somebody breaks, and on nothing else."""

import shutil
from pathlib import Path

import check_layers
import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def tree(tmp_path):
    """A project with one clean file a module; write(path, text) adds to it."""
    shutil.copy(ROOT / "ARCHITECTURE.md", tmp_path)

    def write(path, text):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return tmp_path

    write("src/base/result.h", "#pragma once\n#include <string>\n")
    write("src/engine/store.cc", '#include "engine/store.h"\n#include "dynamo/item.h"\n')
    write("src/engine/CMakeLists.txt", "stator_module(engine DEPENDS base dynamo expression)\n")
    return write


def faults(root, rule):
    return check_layers.RULES[rule](root)


def test_the_arrows_are_read_from_the_architecture_document():
    arrows = check_layers.read_arrows(ROOT)
    assert arrows["engine"] == {"base", "dynamo", "expression", "engine"}
    assert arrows["remote"] == {"base", "dynamo", "signing", "wire", "remote"}
    assert arrows["signing"] == {"base", "signing"}
    assert arrows["dynamo"] == {"base", "dynamo"}
    assert "engine" not in arrows["sql"] | arrows["features"]


def test_a_clean_tree_has_no_fault(tree):
    root = tree("src/server/main.cc", '#include "engine/store.h"\n#include "sql/session.h"\n')
    assert [fault for rule in check_layers.RULES.values() for fault in rule(root)] == []


INCLUDES = [
    ("src/base/x.cc", "dynamo/item.h"),
    ("src/dynamo/x.h", "expression/parse.h"),
    ("src/expression/x.cc", "wire/codec.h"),
    ("src/wire/x.cc", "expression/parse.h"),
    ("src/engine/x.cc", "remote/client.h"),
    ("src/remote/x.cc", "engine/store.h"),
    ("src/features/x.cc", "sql/session.h"),
    ("src/features/x.cc", "expression/parse.h"),
    ("src/sql/x.cc", "engine/store.h"),
    ("src/sql/x.h", "remote/client.h"),
    ("src/wire/x_test.cc", "sql/session.h"),
]


@pytest.mark.parametrize("path, header", INCLUDES)
def test_an_include_against_the_arrows_is_a_fault(tree, path, header):
    root = tree(path, f'#pragma once\n  #  include "{header}"\n')
    found = faults(root, "includes follow the arrows")
    assert len(found) == 1 and f"{path}:2" in found[0] and header in found[0]


def test_an_include_in_a_comment_is_none(tree):
    root = tree("src/base/x.cc", '// #include "dynamo/item.h"\n/* #include "dynamo/item.h" */\n')
    assert faults(root, "includes follow the arrows") == []


@pytest.mark.parametrize("suffix", ["_test", "_bench", "_fuzz"])
def test_tests_benchmarks_and_fuzzers_may_use_the_engine(tree, suffix):
    root = tree(f"src/features/x{suffix}.cc", '#include "engine/store.h"\n')
    assert faults(root, "includes follow the arrows") == []


def test_a_module_that_the_document_does_not_know_is_a_fault(tree):
    root = tree("src/helpers/x.cc", "int x();\n")
    assert "helpers" in faults(root, "includes follow the arrows")[0]


LINKS = [
    "stator_module(features DEPENDS base dynamo engine)",
    "stator_module(features\n  DEPENDS base dynamo\n  LIBRARIES yaml-cpp stator_sql)",
    "target_link_libraries(stator_features PUBLIC stator_remote)",
    "target_link_libraries(features_loader PRIVATE stator_engine)",
    "stator_module(features DEPENDS dynamo TEST_DEPENDS sql)",
]


@pytest.mark.parametrize("text", LINKS)
def test_a_link_target_against_the_arrows_is_a_fault(tree, text):
    root = tree("src/features/CMakeLists.txt", text)
    assert len(faults(root, "link targets follow the arrows")) == 1


def test_a_test_target_may_link_the_engine(tree):
    text = (
        "stator_module(features DEPENDS base dynamo TEST_DEPENDS engine testing)\n"
        "# stator_engine\ntarget_link_libraries(features_test PRIVATE stator_engine)\n"
    )
    root = tree("src/features/CMakeLists.txt", text)
    assert faults(root, "link targets follow the arrows") == []


BROKEN = [
    ("only sql sees DuckDB", "src/server/x.cc", '#include "duckdb.hpp"'),
    ("only sql sees DuckDB", "src/features/x.cc", "duckdb::Connection* c;"),
    (
        "only sql sees DuckDB",
        "src/server/CMakeLists.txt",
        "target_link_libraries(s DuckDB::duckdb)",
    ),
    ("only engine sees RocksDB", "src/server/x.cc", "#include <rocksdb/db.h>"),
    ("only engine sees RocksDB", "src/sql/x_test.cc", "rocksdb::DB* db;"),
    ("only engine sees RocksDB", "src/sql/CMakeLists.txt", "link(s RocksDB::rocksdb)"),
    ("only remote and signing see OpenSSL", "src/wire/x.cc", "#include <openssl/sha.h>"),
    ("only remote and signing see OpenSSL", "src/engine/CMakeLists.txt", "link(e OpenSSL::Crypto)"),
    ("only wire knows DynamoDB JSON", "src/server/x.cc", 'Send("{\\"S\\":\\"a\\"}");'),
    ("only wire knows DynamoDB JSON", "src/remote/x.cc", 'R"({"NS": ["1"]})"'),
    ("only remote and server open sockets", "src/engine/x.cc", "#include <sys/socket.h>"),
    ("only remote and server open sockets", "src/sql/x.h", "#include <boost/asio/ip/tcp.hpp>"),
    ("features and sql know only the seam", "src/sql/x.cc", "engine::LocalDynamo* store;"),
    ("features and sql know only the seam", "src/features/x.h", "class remote::RemoteDynamo;"),
    ("pure modules do no I/O", "src/wire/x.cc", "#include <fstream>"),
    ("pure modules do no I/O", "src/dynamo/x.h", "#include <thread>"),
    ("pure modules do no I/O", "src/expression/x.cc", "auto t = std::chrono::steady_clock::now();"),
    ("exceptions stay inside their module", "src/engine/x.cc", "if (bad) throw 1;"),
    ("no global state but the logger", "src/engine/x.cc", "static int counter = 0;"),
    ("no global state but the logger", "src/engine/x.cc", "std::string g_name;"),
    ("no global state but the logger", "src/engine/x.cc", "  static std::map<int, int> cache;"),
    ("nothing but tests uses testing", "src/engine/x.cc", '#include "testing/faulty.h"'),
]


@pytest.mark.parametrize("rule, path, text", BROKEN)
def test_a_rule_that_is_broken_names_the_place(tree, rule, path, text):
    found = faults(tree(path, text + "\n"), rule)
    assert len(found) == 1 and found[0].startswith(path)


ALLOWED = [
    ("src/sql/x.cc", '#include "duckdb.hpp"\nvoid F() { throw duckdb::Exception(); }'),
    ("src/engine/x.cc", "#include <rocksdb/db.h>\nstatic const int kOne = 1;"),
    (
        "src/engine/y.cc",
        "static constexpr int kTwo = 2;\nstatic int Twice(int x) { return 2 * x; }",
    ),
    ("src/wire/x.cc", 'R"({"S": "a"})"'),
    ("src/remote/x.cc", "#include <sys/socket.h>"),
    ("src/signing/x.cc", "#include <openssl/sha.h>"),
    ("src/sql/y.cc", "// engine::LocalDynamo reads this\nint x();"),
    ("src/sql/y_test.cc", '#include "engine/store.h"\nengine::LocalDynamo* store;'),
    ("src/wire/y.cc", '// They throw nothing; see <thread>.\nconst char* kText = "throw";'),
    ("src/features/x_test.cc", '#include "testing/faulty.h"\nauto x = "{\\"S\\":1}";'),
]


@pytest.mark.parametrize("path, text", ALLOWED)
def test_what_the_document_allows_is_no_fault(tree, path, text):
    root = tree(path, text + "\n")
    assert [fault for rule in check_layers.RULES.values() for fault in rule(root)] == []


def test_sql_throws_in_one_file_only(tree):
    tree("src/sql/throw.cc", "void F() { throw 1; }\n")
    root = tree("src/sql/other.cc", "void G() { throw 2; }\n")
    assert "2 files" in faults(root, "exceptions stay inside their module")[0]
