"""The DynamoDB door as HTTP: headers, bodies of errors, health, CORS, limits, connections."""

import json
import re
import socket
import urllib.parse
import zlib
from concurrent.futures import ThreadPoolExecutor

import harness
import pytest

TARGET = "DynamoDB_20120810."


def call(url, operation, body, **headers):
    """One operation without any SDK. A str body is sent as it is."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names = {
        "X-Amz-Target": TARGET + operation,
        "Content-Type": "application/x-amz-json-1.0",
    } | names
    return harness.http("POST", url, data, names)


def raw(url, request: bytes, until_closed=True) -> bytes:
    """Bytes in, all bytes out until the server closes."""
    address = urllib.parse.urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
            if not until_closed and b"\r\n\r\n" in answer:
                break
        return answer


def test_an_answer_has_the_headers_of_aws(dynamodb_url):
    answer = call(dynamodb_url, "ListTables", {})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    assert re.fullmatch("[0-9A-Z]{52}", answer.headers["x-amzn-requestid"])
    assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.body)
    assert int(answer.headers["content-length"]) == len(answer.body)
    assert "date" in answer.headers


def test_request_ids_differ(dynamodb_url):
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda _: call(dynamodb_url, "ListTables", {}), range(64))
    assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == 64


def test_an_error_has_them_too(dynamodb_url):
    answer = call(dynamodb_url, "DescribeTable", {"TableName": "no-such-table"})
    assert answer.status == 400
    assert answer.json() == {
        "__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException",
        "message": "Requested resource not found: Table: no-such-table not found",
    }
    assert re.fullmatch("[0-9A-Z]{52}", answer.headers["x-amzn-requestid"])
    assert int(answer.headers["x-amz-crc32"]) == zlib.crc32(answer.body)


@pytest.mark.parametrize(
    "content_type", ["application/x-amz-json-1.1", "application/json", "text/plain"]
)
def test_any_content_type_will_do(dynamodb_url, content_type):
    assert call(dynamodb_url, "ListTables", {}, Content_Type=content_type).status == 200


def test_health(dynamodb_url):
    answer = harness.http("GET", dynamodb_url + "/", headers={"Host": "dynamodb.example.com"})
    assert (answer.status, answer.body) == (200, b"healthy: dynamodb.example.com")


@pytest.mark.parametrize("path", ["/health", "/favicon.ico", "/a/b?c=d"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_other_paths_are_not_found(dynamodb_url, method, path):
    body = b"{}" if method == "POST" else None
    assert harness.http(method, dynamodb_url + path, body).status == 404


def test_other_methods_are_refused(dynamodb_url):
    answer = harness.http("PUT", dynamodb_url + "/", b"{}")
    assert (answer.status, answer.headers["allow"]) == (405, "POST, GET, OPTIONS")


def test_a_browser_may_ask_first(dynamodb_url):
    answer = harness.http(
        "OPTIONS",
        dynamodb_url + "/",
        headers={
            "Origin": "http://localhost:3000",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "x-amz-target,content-type",
        },
    )
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "x-amz-target,content-type"
    assert answer.headers["access-control-max-age"] == "172800"


def test_a_browser_may_read_the_answer(dynamodb_url):
    answer = call(dynamodb_url, "ListTables", {}, Origin="http://localhost:3000")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "x-amzn-RequestId" in answer.headers["access-control-expose-headers"]
    assert "access-control-allow-origin" not in call(dynamodb_url, "ListTables", {}).headers


def test_credentials_are_not_needed_and_any_will_do(dynamodb_url):
    scope = "Credential=anyone/20260101/mars-north-1/dynamodb/aws4_request"
    signed = f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=00"
    assert call(dynamodb_url, "ListTables", {}).status == 200
    assert call(dynamodb_url, "ListTables", {}, Authorization=signed).status == 200
    assert call(dynamodb_url, "ListTables", {}, Authorization="nonsense").status == 200


def test_a_body_of_more_than_16_mib_is_413(dynamodb_url):
    assert call(dynamodb_url, "PutItem", b" " * ((16 << 20) + 1)).status == 413


def test_a_body_of_16_mib_is_read(dynamodb_url):
    answer = call(dynamodb_url, "ListTables", b"{}" + b" " * ((16 << 20) - 2))
    assert answer.status == 200


def test_a_chunked_body_is_read(dynamodb_url):
    answer = raw(
        dynamodb_url,
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n") and b'"TableNames"' in answer


def test_a_client_may_wait_for_100_continue(dynamodb_url):
    head = (
        b"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: DynamoDB_20120810.ListTables\r\n"
        b"Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    )
    address = urllib.parse.urlsplit(dynamodb_url)
    with socket.create_connection((address.hostname, address.port), timeout=20) as connection:
        connection.sendall(head)
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_pipelined_requests_are_answered_in_order(dynamodb_url, make_table):
    table = make_table()
    operations = []
    for number in range(20):
        put = {"TableName": table, "Item": {"pk": {"S": f"k{number}"}, "n": {"N": str(number)}}}
        get = {"TableName": table, "Key": {"pk": {"S": f"k{number}"}}}
        operations += [("PutItem", put), ("GetItem", get)]
    requests = b""
    for index, (operation, body) in enumerate(operations):
        data = json.dumps(body).encode()
        close = b"Connection: close\r\n" if index == len(operations) - 1 else b""
        requests += (
            f"POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: {TARGET}{operation}\r\n"
            f"Content-Length: {len(data)}\r\n"
        ).encode()
        requests += close + b"\r\n" + data
    answer = raw(dynamodb_url, requests)
    found = re.findall(rb'"n":\{"N":"(\d+)"\}', answer)
    assert [int(number) for number in found] == list(range(20))


@pytest.mark.parametrize(
    "request_bytes, status",
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", 400),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 40_000 + b"\r\n\r\n", 431),
    ],
    ids=["no HTTP", "TLS", "two lengths", "length and chunks", "headers too long"],
)
def test_what_is_no_good_http_is_refused_and_the_door_stays_open(
    dynamodb_url, request_bytes, status
):
    assert raw(dynamodb_url, request_bytes).startswith(f"HTTP/1.1 {status} ".encode())
    assert call(dynamodb_url, "ListTables", {}).status == 200


def test_connections_that_break_off_harm_nobody(dynamodb_url):
    address = urllib.parse.urlsplit(dynamodb_url)
    for cut in (b"", b"POST / HT", b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{"):
        for _ in range(20):
            with socket.create_connection((address.hostname, address.port), timeout=20) as gone:
                gone.sendall(cut)
    assert call(dynamodb_url, "ListTables", {}).status == 200
