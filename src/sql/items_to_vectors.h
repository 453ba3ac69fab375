// ItemsToVectors: columns out of item bytes into DuckDB's vectors, without anything in between.
//
// Attributes of an item and columns are both sorted by name, so one walk over both places every
// value. Text and binary longer than 12 bytes is not copied: vectors point into the page, which
// they keep alive.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "duckdb.hpp"
#include "sql/column_type.h"
#include "sql/page_source.h"

namespace stator::sql {

// A field of a STRUCT that a query needs.
struct WantedField {
  std::size_t place = 0;            // in ColumnType::fields
  std::vector<WantedField> fields;  // of its own STRUCT; empty: all of it
};

// A column of the output.
struct OutputColumn {
  const Column* column = nullptr;  // must outlive the reader
  std::size_t vector = 0;          // its place in the chunk
  // Of a STRUCT: fields that are needed; empty: all. The others are NULL, and what items have there
  // is no misfit.
  std::vector<WantedField> fields = {};
};

// Why an item does not fit the columns.
struct Misfit {
  std::string attribute;  // the top-level attribute
  std::size_t entry = 0;  // of the page
};

// Fills chunks from pages. One thread at a time.
class ItemsToVectors {
 public:
  // `columns` in any order. With `all_columns`, an attribute that no column has is a misfit, since
  // a query for every column must show it.
  ItemsToVectors(std::vector<OutputColumn> columns, bool all_columns);

  // Writes items of `page` from `entry` on into rows 0, 1, ... of `chunk` until it is full or the
  // page ends; absent entries are skipped. Moves `entry` behind the last item read; sets the
  // chunk's cardinality. False and `misfit` set when an item does not fit.
  bool Fill(const std::shared_ptr<Page>& page, std::size_t& entry, duckdb::DataChunk& chunk,
            Misfit& misfit) const;

 private:
  std::vector<OutputColumn> columns_;  // ascending by attribute
  bool all_columns_;
};

}  // namespace stator::sql
