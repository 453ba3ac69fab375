// Evaluation runs once for each item of a scan: it must not allocate. The operator new of this
// program counts.
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "expression/binder.h"
#include "expression/test_item.h"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  std::abort();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace stator::expression {
namespace {

TEST(Evaluate, AllocatesNothing) {
  const dynamo::ExpressionAttributes attributes =
      TestAttributes(":n: 1, :t: 'S', :x: 'x', :l: [1, 'x', {y: 2}]", {{"#a", "a"}});
  const auto bound =
      Binder(attributes)
          .Bind(*ParseCondition("NOT (#a.b[1].c > :n AND size(s) < :n) AND contains(l, :x) AND "
                                "(attribute_type(s, :t) OR begins_with(s, :x)) AND l <> :l AND "
                                "s IN (:n, :x, z) AND d BETWEEN :n AND size(s)"));
  ASSERT_TRUE(bound.ok()) << bound.error().ToString();
  const dynamo::Item item =
      TestItem("a: {b: [1, {c: 2}]}, d: 1.5, l: ['x'], s: 'x', m: {x: {y: {z: 1}}}");
  const std::size_t before = allocations;
  Evaluate(*bound, item);
  Evaluate(*bound, dynamo::ItemView());
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace stator::expression
