#!/usr/bin/env python3
"""Checks the size and the documentation of the source, and that nothing is switched off in silence.

RULES maps the name of each rule to a function of the project's folder that returns the faults.
"""

import ast
import re
import sys
from pathlib import Path

from cpp_outline import functions, public_declarations
from source_tree import code_only, line_of, project_files, read, relative

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 70
MIN_COMMENT_PERCENT = 30

_CPP = (".h", ".cc")
_SCRIPTS = (".py", ".sh", ".js", ".mjs", ".go", ".java", ".cmake", ".proto")
# Words of work left over, put together here so that this file does not hold them itself.
_LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")


def files_are_short(root: Path) -> list[str]:
    faults = []
    for path in project_files(root, *_CPP, *_SCRIPTS, "CMakeLists.txt", "Makefile"):
        lines = len(read(path).splitlines())
        if lines > MAX_FILE_LINES:
            faults.append(f"{relative(root, path)}: {lines} lines, {MAX_FILE_LINES} may be")
    return faults


def functions_are_short(root: Path) -> list[str]:
    faults = []
    for path in project_files(root, *_CPP):
        for name, first, last in functions(read(path)):
            faults += _too_long(root, path, name, first, last)
    for path in project_files(root, ".py"):
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                faults += _too_long(root, path, node.name, node.lineno, node.end_lineno)
    return faults


def _too_long(root, path, name, first, last):
    lines = last - first + 1
    if lines <= MAX_FUNCTION_LINES:
        return []
    where = f"{relative(root, path)}:{first}"
    return [f"{where}: {name} has {lines} lines, {MAX_FUNCTION_LINES} may be"]


def public_functions_are_documented(root: Path) -> list[str]:
    return [
        f"{relative(root, path)}:{line}: no comment directly above {name}"
        for path in project_files(root, ".h")
        for name, line, documented in public_declarations(read(path))
        if not documented
    ]


def headers_are_documented(root: Path) -> list[str]:
    faults = []
    for path in project_files(root, ".h"):
        lines = [line.strip() for line in read(path).splitlines() if line.strip()]
        comments = sum(line.startswith("//") for line in lines)
        if lines and comments * 100 < MIN_COMMENT_PERCENT * len(lines):
            percent = comments * 100 // len(lines)
            faults.append(
                f"{relative(root, path)}: {percent} % of the lines are comments, "
                f"{MIN_COMMENT_PERCENT} % at least"
            )
    return faults


def no_work_is_left_over(root: Path) -> list[str]:
    faults = []
    for path in project_files(root, *_CPP, *_SCRIPTS, "CMakeLists.txt", "Makefile"):
        text = read(path)
        for match in _LEFT_OVER.finditer(text):
            where = f"{relative(root, path)}:{line_of(text, match.start())}"
            faults.append(f"{where}: {match.group(0)}: do it, or write an issue")
        if path.suffix in _CPP:
            for match in re.finditer(r"^[ \t]*#[ \t]*if[ \t]+0\b", code_only(text), re.MULTILINE):
                faults.append(f"{relative(root, path)}:{line_of(text, match.start())}: dead code")
    return faults


def no_test_is_off_without_a_reason(root: Path) -> list[str]:
    faults = []
    for path in project_files(root, "_test.cc"):
        text = read(path)
        for match in re.finditer(r"\bDISABLED_\w+|\bGTEST_SKIP\(\)[ \t\n]*;", text):
            where = f"{relative(root, path)}:{line_of(text, match.start())}"
            faults.append(f"{where}: {match.group(0)}: GTEST_SKIP() << reason says why")
    for path in project_files(root, ".py"):
        for node in ast.walk(ast.parse(read(path))):
            if _switches_a_test_off(node) and not _gives_a_reason(node):
                where = f"{relative(root, path)}:{node.lineno}"
                faults.append(f"{where}: a test is off without a reason=")
    return faults


def _switches_a_test_off(node) -> bool:
    """`mark.skip` and the like, called; or as a bare decorator, which can hold no reason."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and _is_mark(node.func)
    bare = getattr(node, "decorator_list", [])
    return any(isinstance(one, ast.Attribute) and _is_mark(one) for one in bare)


def _is_mark(node: ast.Attribute) -> bool:
    inner = node.value
    is_mark = isinstance(inner, ast.Attribute) and inner.attr == "mark"
    return is_mark and node.attr in ("skip", "skipif", "xfail")


def _gives_a_reason(node) -> bool:
    return any(keyword.arg == "reason" for keyword in getattr(node, "keywords", []))


def locks_hold_no_addresses(root: Path) -> list[str]:
    """What is pinned is pinned by hash; from where it comes is the business of each machine."""
    faults = []
    for path in project_files(root, "package-lock.json", ".npmrc", ".txt", "pom.xml"):
        text = read(path)
        if path.name == "package-lock.json" and '"integrity"' not in text:
            faults.append(f"{relative(root, path)}: no integrity hash")
        for match in re.finditer(
            r'"resolved"|@[ ]*https?://|\bindex-url\b|\bregistry[ ]*=|<url>', text
        ):
            where = f"{relative(root, path)}:{line_of(text, match.start())}"
            faults.append(f"{where}: an address in a lock ({match.group(0)})")
    return faults


RULES = {
    f"no file over {MAX_FILE_LINES} lines": files_are_short,
    f"no function over {MAX_FUNCTION_LINES} lines": functions_are_short,
    "every public function is documented": public_functions_are_documented,
    f"headers are at least {MIN_COMMENT_PERCENT} % comment": headers_are_documented,
    "no work is left over": no_work_is_left_over,
    "locks hold no addresses": locks_hold_no_addresses,
    "no test is off without a reason": no_test_is_off_without_a_reason,
}


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    faults = [fault for rule in RULES.values() for fault in rule(root)]
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
