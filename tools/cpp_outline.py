"""The outline of a C++ file, for the house checks: functions with their lines, public declarations.

No parser of C++: it follows braces and the text in front of them, which is enough for code that
clang-format has laid out.
"""

import re

from source_tree import code_only

_TRANSPARENT = re.compile(r'\bnamespace\b[^;{}()]*$|\bextern[ \t]*"[^"]*"[ \t]*$')
_CLASS = re.compile(r"\b(?:class|struct|union)\b[^;{}()=]*(?:\([^()]*\)[^;{}()=]*)?$")
_ENUM = re.compile(r"\benum\b[^;{}()]*$")
_FUNCTION = re.compile(
    r"\)[ \t\n]*(?:const\b|noexcept\b(?:\([^()]*\))?|override\b|final\b|&&?|mutable\b|try\b|requires\b[^;]*"
    r"|->[^;{}]*|[ \t\n])*$"
)
_INITIALIZERS = re.compile(r"\)[ \t\n]*(?:noexcept[ \t\n]*)?:[^:;][^;]*$")
_NAME = re.compile(r"(operator[ \t]*\(\)|operator[ \t]*[^\s\w(]+|operator[ \t]+\w+|~?\w+)[ \t]*\(")


def _statement_start(code: str, position: int) -> int:
    """Where the statement that holds `position` begins: after the last ; { or }, white space skipped."""
    start = max(code.rfind(mark, 0, position) for mark in ";{}") + 1
    while start < position and code[start].isspace():
        start += 1
    return start


def _line(code: str, position: int) -> int:
    return code.count("\n", 0, position) + 1


def _without_directives(code: str) -> str:
    """Blanks preprocessor lines, macros over several lines included."""
    return re.sub(
        r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
        lambda match: re.sub(r"[^\n]", " ", match.group(0)),
        code,
        flags=re.MULTILINE,
    )


def _closing(code: str, opening: int) -> int:
    """The position of the brace that closes the one at `opening`."""
    depth = 0
    for match in re.finditer(r"[{}]", code[opening:]):
        depth += 1 if match.group(0) == "{" else -1
        if depth == 0:
            return opening + match.start()
    return len(code) - 1


def _kind(head: str) -> str:
    """What the text in front of a brace opens: namespace, class, enum, function or other."""
    if _TRANSPARENT.search(head):
        return "namespace"
    if _ENUM.search(head):
        return "enum"
    if _FUNCTION.search(head) or _INITIALIZERS.search(head):
        return "function"
    if _CLASS.search(head):
        return "class"
    return "other"


def _function_body(code: str, head_start: int, brace: int) -> int:
    """The opening brace of the body; `member{value}` in an initializer list opens none."""
    while True:
        end = _closing(code, brace)
        rest = re.match(r"[ \t\n]*(,[^;{}]*|)(?=\{)", code[end + 1 :])
        head = code[head_start:brace]
        if not rest or not re.search(r"[\w>][ \t\n]*$", head) or not _INITIALIZERS.search(head):
            return brace
        brace = end + 1 + rest.end()


def functions(text: str):
    """Yields (name, first line, last line) of every function that has a body; of lambdas, no."""
    code = _without_directives(code_only(text))
    position = 0
    while (brace := code.find("{", position)) >= 0:
        start = _statement_start(code, brace)
        head = code[start:brace]
        kind = _kind(head)
        if kind in ("namespace", "class"):
            position = brace + 1
            continue
        if kind == "function":
            brace = _function_body(code, start, brace)
            names = _NAME.findall(head)
            end = _closing(code, brace)
            yield (names[0] if names else "function"), _line(code, start), _line(code, end)
        position = _closing(code, brace) + 1


def _access_sections(code: str, opening: int, closing: int, first: str):
    """Blanks what is not public directly inside a class; returns the code."""
    access, parts, depth, position = first, [], 0, opening + 1
    for match in re.finditer(r"[{}]|\b(public|protected|private)[ \t]*:(?!:)", code[:closing]):
        if match.start() <= opening:
            continue
        if match.group(0) == "{":
            depth += 1
        elif match.group(0) == "}":
            depth -= 1
        elif depth == 0:
            parts.append((access, position, match.start()))
            access, position = match.group(1), match.end()
    parts.append((access, position, closing))
    for section, start, end in parts:
        if section != "public":
            blank = re.sub(r"[^\n]", " ", code[start:end])
            code = code[:start] + blank + code[end:]
    return code


def _statements(code: str, start: int, end: int):
    """(kind, start, brace or None, end) of each statement directly in code[start:end]."""
    position = start
    while position < end:
        match = re.compile(r"[;{}]").search(code, position, end)
        if not match:
            return
        first = position
        while first < match.start() and code[first].isspace():
            first += 1
        label = re.compile(r"(?:public|protected|private)[ \t]*:(?!:)\s*").match(code, first)
        first = label.end() if label else first
        if match.group(0) == "{":
            brace = match.start()
            kind = _kind(code[first:brace])
            if kind == "function":
                brace = _function_body(code, first, brace)
            closing = _closing(code, brace)
            yield kind, first, brace, closing
            position = closing + 1
            continue
        if match.group(0) == ";" and first < match.start():
            yield "declaration", first, None, match.start()
        position = match.end()


def _is_function(declaration: str) -> bool:
    head = re.sub(r"<[^<>]*(?:<[^<>]*(?:<[^<>]*>)?[^<>]*>)?[^<>]*>", "", declaration)
    if re.match(r"(?:using|typedef|friend|static_assert|extern template|return)\b", head):
        return False
    before = head.split("(", 1)[0]
    return "(" in head and "=" not in before.replace("operator=", "").replace("operator==", "")


def _needs_comment(declaration: str) -> bool:
    """Not what the language gives (defaulted, deleted), nor what the class or its base documents."""
    if re.search(r"\w::~?\w+[ \t]*$", declaration.split("(", 1)[0]):
        return False
    if re.search(r"=[ \t\n]*(?:default|delete)[ \t\n]*$", declaration):
        return False
    return not re.search(r"\boverride\b|\bfinal\b", declaration) and "~" not in declaration


def _documented(lines: list[str], line: int) -> bool:
    above = lines[line - 2].strip() if line >= 2 else ""
    return above.startswith("//") or above.endswith("*/")


def _walk(code: str, lines, start: int, end: int):
    for kind, first, brace, last in _statements(code, start, end):
        head = code[first : brace if brace is not None else last]
        line = _line(code, first)
        if kind == "namespace":
            if not re.search(r"\bnamespace[ \t\n]+(?:internal|detail)[ \t\n]*$", head):
                yield from _walk(code, lines, brace + 1, last)
        elif kind == "class":
            name = re.search(r"(\w+)[ \t\n]*(?:final[ \t\n]*)?(?::[^:].*)?$", head, re.DOTALL)
            yield (name.group(1) if name else "class"), line, _documented(lines, line)
            access = "private" if re.search(r"\bclass\b", head) else "public"
            inside = _access_sections(code, brace, last, access)
            yield from _walk(inside, lines, brace + 1, last)
            continue
        is_function = kind == "function" or (kind == "declaration" and _is_function(head))
        if is_function and _needs_comment(head):
            names = _NAME.findall(re.sub(r"^template[ \t\n]*<[^{;]*?>[ \t\n]+", "", head))
            yield (names[0] if names else "function"), line, _documented(lines, line)


def public_declarations(text: str):
    """Yields (name, line, whether a comment stands directly above) of what a header offers."""
    code = _without_directives(code_only(text))
    yield from _walk(code, text.splitlines(), 0, len(code))
