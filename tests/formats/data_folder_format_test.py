"""docs/format-data-folder.md and its vectors agree; src/engine/format_test.cc holds the C++ side to them."""

import json

import harness
import pytest
from formats import data_folder_format as form
from formats.item_format import encode_item

VECTORS = json.loads((harness.ROOT / "docs" / "format-data-folder.vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["row_keys"], ids=lambda vector: vector["what"])
def test_row_key_has_the_bytes_of_its_vector(vector):
    key = form.row_key(vector["table"], vector["index"], vector["components"])
    assert key.hex() == vector["hex"]


@pytest.mark.parametrize("vector", VECTORS["row_values"], ids=lambda vector: vector["what"])
def test_row_value_has_the_bytes_of_its_vector(vector):
    value = form.row_value(vector["item"], vector["key_names"], vector["size"])
    assert value.hex() == vector["hex"]
    assert encode_item(vector["item"]).hex() == vector["item_hex"]


@pytest.mark.parametrize("vector", VECTORS["hashes"], ids=lambda vector: ":".join(vector["key"]))
def test_hash_and_segments_are_those_of_the_vector(vector):
    partition = form.key_bytes(*vector["key"])
    assert form.partition_hash(partition).hex() == vector["hash"]
    for total, segment in vector["segments"].items():
        assert form.segment_of(partition, int(total)) == segment


def test_row_keys_of_a_table_order_as_their_items_do():
    keys = [vector["hex"] for vector in VECTORS["ordered_row_keys"]]
    assert keys == sorted(keys)
    for vector in VECTORS["ordered_row_keys"]:
        assert form.row_key(1, 0, vector["components"]).hex() == vector["hex"]


def test_catalog_rows_have_the_bytes_of_their_vectors():
    for vector in VECTORS["tables"]:
        assert encode_item(vector["item"]).hex() == vector["hex"]
    for vector in VECTORS["counts"]:
        assert form.counts(vector["items"], vector["bytes"]).hex() == vector["hex"]


def test_log_files_have_the_bytes_of_their_vectors():
    for vector in VECTORS["log_files"]:
        payloads = [payload.encode() for payload in vector["payloads"]]
        file = form.log_file(vector["number"], int(vector["salt"], 16), payloads)
        assert file.hex() == vector["hex"]
