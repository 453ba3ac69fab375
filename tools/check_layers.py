#!/usr/bin/env python3
"""Checks the arrows of ARCHITECTURE.md and its rules by absence.

The arrows are read from ARCHITECTURE.md itself, so the document and the check cannot drift apart.
RULES maps the name of each rule to a function of the project's folder that returns the faults.
"""

import re
import sys
from pathlib import Path

from source_tree import (
    code_only,
    is_test_like,
    line_of,
    module_of,
    project_files,
    read,
    relative,
    without_comments,
)

_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.MULTILINE)
_TESTING = "testing"  # Helpers of tests; not in the arrows, since no module may use it.
_CODE = (".h", ".cc")
_PURE = ("dynamo", "expression", "signing", "wire")


def read_arrows(root: Path) -> dict[str, set[str]]:
    """What each module may use, from the drawing in ARCHITECTURE.md; itself and `base` included."""
    text = read(root / "ARCHITECTURE.md")
    section = text.split("## The arrows", 1)[1]
    drawing = re.sub(r"\([^)]*\)", "", section.split("```", 2)[1])
    names = set(re.findall(r"[a-z]+", drawing))
    arrows = {name: {name, "base"} for name in names}
    # Targets stand one space apart; two spaces or more begin the next arrow of the line.
    for source, targets in re.findall(r"([a-z]+) +-> ([a-z]+(?: [a-z]+)*)", drawing):
        arrows[source] |= set(targets.split())
    arrows[_TESTING] = {_TESTING, "engine"} | arrows["engine"]
    return arrows


def _allowed(arrows, module, test_like):
    extra = {"engine", _TESTING} | arrows["engine"] if test_like else set()
    return arrows[module] | extra


def _sources(root: Path, *modules: str):
    """(path, module) of every C++ file of the modules, or of all modules."""
    for path in project_files(root, *_CODE):
        module = module_of(root, path)
        if module and (not modules or module in modules):
            yield path, module


def includes_follow_the_arrows(root: Path) -> list[str]:
    arrows = read_arrows(root)
    faults = []
    for path, module in _sources(root):
        where = relative(root, path)
        if module not in arrows:
            faults.append(f"{where}: module `{module}` is not in the arrows of ARCHITECTURE.md")
            continue
        text = without_comments(read(path))
        allowed = _allowed(arrows, module, is_test_like(path))
        for match in _INCLUDE.finditer(text):
            used = match.group(1).split("/")[0]
            if used in arrows and used not in allowed:
                line = line_of(text, match.start())
                faults.append(f"{where}:{line}: {module} may not include {match.group(1)}")
    return faults


def _cmake_calls(text: str):
    """(command, words) of each call in a CMake file."""
    text = re.sub(r"#[^\n]*", "", text)
    for match in re.finditer(r"(\w+)[ \t]*\(([^()]*)\)", text):
        yield match.group(1), match.group(2).replace('"', " ").split()


def _linked_modules(command, words, arrows):
    """(module, whether for tests only) that one CMake call links to its target."""
    if command not in ("stator_module", "target_link_libraries", "stator_loadable"):
        return
    test_like, in_modules = False, False
    if command == "target_link_libraries":
        test_like = bool(words) and words[0].endswith(("_test", "_bench", "_fuzz"))
    for word in words[1:]:
        if word.isupper() and word.isascii():
            in_modules = word in ("DEPENDS", "TEST_DEPENDS", "ARCHIVES")
            if command != "target_link_libraries":
                test_like = word.startswith("TEST_")
        elif word.startswith("stator_"):
            yield word.removeprefix("stator_"), test_like
        elif in_modules and word in arrows:
            yield word, test_like


def link_targets_follow_the_arrows(root: Path) -> list[str]:
    arrows = read_arrows(root)
    faults = []
    for path in project_files(root, "CMakeLists.txt", ".cmake"):
        module = module_of(root, path)
        if module not in arrows:
            continue
        for command, words in _cmake_calls(read(path)):
            for used, test_like in _linked_modules(command, words, arrows):
                base_name = next((name for name in arrows if used.split("_")[0] == name), None)
                if base_name and base_name not in _allowed(arrows, module, test_like):
                    faults.append(f"{relative(root, path)}: {module} may not link stator_{used}")
    return faults


def _absent(root, pattern, where, reason, text_of=without_comments):
    """Faults for each place where the pattern stands in a file that `where(path, module)` accepts."""
    expression = re.compile(pattern, re.MULTILINE)
    faults = []
    for path, module in _sources(root):
        if not where(path, module):
            continue
        text = text_of(read(path))
        for match in expression.finditer(text):
            line = line_of(text, match.start())
            found = " ".join(match.group(0).split())
            faults.append(f"{relative(root, path)}:{line}: {reason} (`{found}`)")
    return faults


def _linkage_only_in(root, target, modules):
    faults = []
    for path in project_files(root, "CMakeLists.txt"):
        module = module_of(root, path)
        if module and module not in modules and target in re.sub(r"#[^\n]*", "", read(path)):
            faults.append(f"{relative(root, path)}: {module} may not link {target}")
    return faults


def duckdb_only_in_sql(root: Path) -> list[str]:
    pattern = r'#[ \t]*include[ \t]*[<"]duckdb[^">]*|\bduckdb::'
    faults = _absent(root, pattern, lambda _, m: m != "sql", "only sql sees DuckDB")
    return faults + _linkage_only_in(root, "DuckDB::duckdb", {"sql"})


def rocksdb_only_in_engine(root: Path) -> list[str]:
    # `testing` holds the file system that forgets unsynced bytes, which RocksDB's interface shapes.
    homes = {"engine", _TESTING}
    pattern = r'#[ \t]*include[ \t]*[<"]rocksdb/[^">]*|\brocksdb::'
    faults = _absent(root, pattern, lambda _, m: m not in homes, "only engine sees RocksDB")
    return faults + _linkage_only_in(root, "RocksDB::rocksdb", homes)


def openssl_only_where_needed(root: Path) -> list[str]:
    # Whatever the program itself links is loaded at each start (docs/adr-0012-remote-by-need.md).
    homes = {"remote", "signing"}
    pattern = r'#[ \t]*include[ \t]*[<"](?:openssl/|boost/asio/ssl)[^">]*'
    rule = "only remote and signing see OpenSSL"
    faults = _absent(root, pattern, lambda _, m: m not in homes, rule)
    return faults + _linkage_only_in(root, "OpenSSL::", homes)


def dynamodb_json_only_in_wire(root: Path) -> list[str]:
    pattern = r'\{[ \t]*\\?"(?:S|N|B|SS|NS|BS|M|L|BOOL|NULL)\\?"[ \t]*:'
    return _absent(
        root,
        pattern,
        lambda path, module: module != "wire" and not is_test_like(path) and module != _TESTING,
        "only wire knows DynamoDB JSON",
    )


def sockets_only_in_remote_and_server(root: Path) -> list[str]:
    headers = r"sys/socket\.h|sys/epoll\.h|netinet/|arpa/inet\.h|netdb\.h|boost/asio|boost/beast"
    pattern = rf'#[ \t]*include[ \t]*[<"](?:{headers}|grpcpp/|grpc/|openssl/ssl\.h)[^">]*'
    homes = {"remote", "server"}
    return _absent(
        root, pattern, lambda _, m: m not in homes, "only remote and server open sockets"
    )


def features_and_sql_know_only_the_seam(root: Path) -> list[str]:
    return _absent(
        root,
        r"\b(?:remote|engine)::",
        lambda path, module: module in ("features", "sql") and not is_test_like(path),
        "features and sql receive a Dynamo& and never name remote or engine",
        code_only,
    )


def pure_modules_do_no_io(root: Path) -> list[str]:
    headers = r"thread|fstream|iostream|filesystem|future|fcntl\.h|unistd\.h|sys/[^>\"]+"
    clocks = r"_clock::now\b|\bgettimeofday\b|\bclock_gettime\b|\bstd::time\b|\bSystemClock\b"
    pattern = rf'#[ \t]*include[ \t]*[<"](?:{headers})[">]|{clocks}|\bstd::j?thread\b|\bfopen\b'
    return _absent(
        root,
        pattern,
        lambda path, module: module in _PURE and not is_test_like(path),
        "dynamo, expression, signing and wire do no I/O, start no thread and read no clock",
    )


def exceptions_stay_inside(root: Path) -> list[str]:
    faults = _absent(
        root,
        r"\bthrow\b",
        lambda path, module: module != "sql" and not is_test_like(path),
        "errors are Results; only sql throws, in one file",
        code_only,
    )
    in_sql = [
        relative(root, path)
        for path, _ in _sources(root, "sql")
        if not is_test_like(path) and re.search(r"\bthrow\b", code_only(read(path)))
    ]
    if len(in_sql) > 1:
        faults.append(f"sql throws in {len(in_sql)} files, one may: {', '.join(in_sql)}")
    return faults


def no_global_state(root: Path) -> list[str]:
    # A `static` of a class or a function, or a variable named as a global; constants are no state.
    declared = r"[\w:<>,*&\[\] \t]+[ \t*&]\w+[ \t]*(?:=|;|\{)"
    static = rf"^[ \t]*(?:inline[ \t]+)?static[ \t]+(?!const\b|constexpr\b|inline\b){declared}"
    return _absent(
        root,
        rf"{static}|\bg_\w+",
        lambda path, module: not is_test_like(path) and path.stem != "log" and module != _TESTING,
        "no global state but the logger",
        code_only,
    )


def nobody_uses_testing(root: Path) -> list[str]:
    return _absent(
        root,
        r'#[ \t]*include[ \t]*"testing/[^"]*',
        lambda path, module: module != _TESTING and not is_test_like(path),
        "testing/ is for tests only",
    )


RULES = {
    "includes follow the arrows": includes_follow_the_arrows,
    "link targets follow the arrows": link_targets_follow_the_arrows,
    "only sql sees DuckDB": duckdb_only_in_sql,
    "only engine sees RocksDB": rocksdb_only_in_engine,
    "only remote and signing see OpenSSL": openssl_only_where_needed,
    "only wire knows DynamoDB JSON": dynamodb_json_only_in_wire,
    "only remote and server open sockets": sockets_only_in_remote_and_server,
    "features and sql know only the seam": features_and_sql_know_only_the_seam,
    "pure modules do no I/O": pure_modules_do_no_io,
    "exceptions stay inside their module": exceptions_stay_inside,
    "no global state but the logger": no_global_state,
    "nothing but tests uses testing": nobody_uses_testing,
}


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    faults = [fault for rule in RULES.values() for fault in rule(root)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
