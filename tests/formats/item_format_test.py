"""docs/format-item.md and its vectors agree; the C++ side holds to the same file (src/wire/item_vectors_test.cc)."""

import json

import harness
import pytest
from formats.item_format import encode_item, encode_number

VECTORS = json.loads((harness.ROOT / "docs" / "format-item.vectors.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["items"], ids=lambda vector: vector["what"])
def test_item_has_the_bytes_of_its_vector(vector):
    assert encode_item(vector["item"]).hex() == vector["hex"]


@pytest.mark.parametrize("vector", VECTORS["numbers"], ids=lambda vector: vector["number"])
def test_number_has_the_bytes_of_its_vector(vector):
    assert encode_number(vector["number"]).hex() == vector["hex"]


def test_bytes_of_numbers_order_as_the_numbers_do():
    numbers = [vector["hex"] for vector in VECTORS["numbers"]]
    assert numbers == sorted(numbers), "the vectors stand in ascending order"
