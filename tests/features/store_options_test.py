"""The options of `online_store:` in feature_store.yaml, seen where they matter: on the wire to the store.

Between Stator and the store stands a recorder, an endpoint that passes each call on to `stator dynamodb` and keeps it.
"""

import http.client
import http.server
import json
import threading
import time
from collections import Counter

import harness
import pytest

KEYS = {"AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "thing"}
END = "2100-01-01T00:00:00"
DRIVERS = [1001, 1002, 1003, 1004, 1005]
ERROR = b'{"__type":"com.amazonaws.dynamodb.v20120810#InternalServerError","message":"no"}'


class Recorder:
    """An endpoint on loopback that forwards to `target` ("host:port") what `behave(operation)` lets through.

    `behave` returns None, a body to answer 500 with, or the seconds to wait before the answer.
    """

    def __init__(self, target):
        self.target = target
        self.calls = []
        self.behave = lambda operation: None
        self.connections = self.in_flight = self.most_in_flight = 0
        self.lock = threading.Lock()
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                with recorder.lock:
                    recorder.connections += 1

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = recorder.answer(self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                """A client that no longer waits for its answer is one of the things tested here."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, headers, body):
        operation = headers["X-Amz-Target"].split(".")[1]
        with self.lock:
            self.calls.append((operation, json.loads(body)))
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            wanted = self.behave(operation)
            if isinstance(wanted, bytes):
                return 500, wanted
            time.sleep(wanted or 0)
            return self.forward(headers, body)
        finally:
            with self.lock:
                self.in_flight -= 1

    def forward(self, headers, body):
        connection = http.client.HTTPConnection(self.target, timeout=30)
        sent = {name: headers[name] for name in ("X-Amz-Target", "Content-Type")}
        try:
            connection.request("POST", "/", body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def bodies(self, operation):
        return [body for name, body in self.calls if name == operation]


@pytest.fixture
def recorder(start):
    store = start("dynamodb", "--port", "0", "--in-memory")
    with Recorder(store.url["dynamodb"].removeprefix("http://")) as recorder:
        yield recorder


def write_options(repo, url, **options):
    lines = [f"  {name}: {json.dumps(value)}" for name, value in options.items()]
    text = (repo / "feature_store.yaml").read_text().split("online_store:")[0]
    store = f"online_store:\n  type: dynamodb\n  region: us-east-1\n  endpoint_url: {url}\n"
    (repo / "feature_store.yaml").write_text(text + store + "\n".join(lines) + "\n")


@pytest.fixture
def serving(tmp_path, recorder, start):
    """serving(option=value, ...): the address of the features door of a repo whose store is behind the recorder."""
    assert harness.run("init", "rides", cwd=tmp_path).returncode == 0
    repo = tmp_path / "rides"

    def serve(**options):
        write_options(repo, recorder.url, **options)
        for command in (["apply"], ["materialize-incremental", END]):
            done = harness.run(*command, cwd=repo, env=KEYS)
            assert done.returncode == 0, done.stderr
        recorder.calls.clear()
        recorder.connections = 0
        arguments = ["serve", *harness.serve_arguments(["features"])]
        return start(*arguments, doors=["features"], cwd=repo, env=KEYS).url["features"]

    return serve


def read(url):
    body = {"features": ["driver_hourly_stats:conv_rate"], "entities": {"driver_id": DRIVERS}}
    return harness.http("POST", url + "/get-online-features", body)


def test_reads_are_cut_made_and_bounded_as_the_options_say(serving, recorder):
    url = serving(
        batch_size=1,
        max_read_workers=2,
        max_pool_connections=2,
        consistent_reads=True,
        warmup_connections=True,
    )
    recorder.behave = lambda operation: 0.02
    answer = read(url)
    assert answer.status == 200, answer.body
    assert set(answer.json()["results"][1]["statuses"]) == {"PRESENT"}
    asked = [
        table for body in recorder.bodies("BatchGetItem") for table in body["RequestItems"].values()
    ]
    assert [len(table["Keys"]) for table in asked] == [1] * len(DRIVERS)
    assert all(table["ConsistentRead"] for table in asked)
    assert Counter(name for name, _ in recorder.calls) == {"DescribeLimits": 1, "BatchGetItem": 5}
    assert recorder.most_in_flight <= 2
    assert recorder.connections <= 2


def test_a_failing_call_is_tried_as_often_as_the_options_say(serving, recorder):
    url = serving(total_max_retry_attempts=2, retry_mode="standard")
    recorder.behave = lambda operation: ERROR
    assert read(url).status == 500
    assert len(recorder.bodies("BatchGetItem")) == 2
    assert not recorder.bodies("DescribeLimits")
    assert not any(body.get("ConsistentRead") for body in recorder.bodies("BatchGetItem"))


def test_a_slow_answer_is_waited_for_as_long_as_the_options_say(serving, recorder):
    url = serving(total_max_retry_attempts=1, read_timeout=0.2)
    recorder.behave = lambda operation: 2
    started = time.monotonic()
    answer = read(url)
    assert answer.status == 500
    assert b"timed out after 200 ms" in answer.body
    assert time.monotonic() - started < 2


def test_options_of_connections_are_harmless_with_the_embedded_engine(tmp_path):
    assert harness.run("init", "rides", cwd=tmp_path).returncode == 0
    repo = tmp_path / "rides"
    options = {"batch_size": 1, "max_pool_connections": 1, "read_timeout": 0.001}
    write_options(repo, "embedded:data/online", **options, session_based_auth=True)
    for command in (["apply"], ["materialize-incremental", END]):
        assert harness.run(*command, cwd=repo).returncode == 0
    arguments = ["-f", "driver_hourly_stats:conv_rate", "-e", "driver_id=1001"]
    found = harness.run("get-online-features", *arguments, cwd=repo)
    assert json.loads(found.stdout)["conv_rate"] != [None]


def test_a_number_that_no_store_can_work_with_is_refused(tmp_path):
    assert harness.run("init", "rides", cwd=tmp_path).returncode == 0
    write_options(tmp_path / "rides", "http://127.0.0.1:1", batch_size=101)
    done = harness.run("apply", cwd=tmp_path / "rides")
    assert done.returncode == 1
    assert "online_store.batch_size: Input should be from 1 to 100" in done.stderr
    assert "FeastConfigError" in done.stderr
