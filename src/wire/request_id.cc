#include "wire/request_id.h"

namespace stator::wire {
namespace {

constexpr char kAlphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// The finalizer of SplitMix64: every bit of the input changes half of the output.
std::uint64_t Mix(std::uint64_t value) {
  value += 0x9E3779B97F4A7C15;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
  return value ^ (value >> 31);
}

}  // namespace

std::string RequestIdSource::Next() {
  constexpr std::size_t kCharactersAWord = 12;  // 36^12 < 2^64
  std::string id(kRequestIdLength, '0');
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < kRequestIdLength; ++i) {
    if (i % kCharactersAWord == 0) word = Mix(seed_ ^ Mix(counter_++));
    id[i] = kAlphabet[word % 36];
    word /= 36;
  }
  return id;
}

}  // namespace stator::wire
