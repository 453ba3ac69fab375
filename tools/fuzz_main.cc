// Runs a fuzz target without libFuzzer, so that every compiler (gcc with its sanitizers included)
// can run it:
//
//   engine_key_codec_fuzz [-runs=N] [-max_total_time=SECONDS] [-seed=N] [-max_len=BYTES]
//   [CORPUS-FOLDER-OR-FILE...]
//
// First every input of the corpus, then mutations of them from a seeded generator: the same seed
// gives the same inputs. It is not guided by coverage; a target that is linked with libFuzzer
// instead takes the same flags. An input that makes the target crash is written to ./crash-SEED-RUN
// before the program dies.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);
// There only in a build with sanitizers, which end the program without a signal.
extern "C" __attribute__((weak)) void __sanitizer_set_death_callback(void (*callback)());

namespace {

using Bytes = std::vector<uint8_t>;

struct Options {
  uint64_t runs = 10000;
  uint64_t max_total_time_s = 0;  // 0: no limit of time.
  uint64_t seed = 1;
  uint64_t max_len = 8192;
  std::vector<std::filesystem::path> corpus;
};

// The input in work, for the signal handler that saves it.
Bytes g_input;
std::string g_crash_file;

void SaveInput() {
  FILE* file = std::fopen(g_crash_file.c_str(), "wb");
  if (file == nullptr) return;
  std::fwrite(g_input.data(), 1, g_input.size(), file);
  std::fclose(file);
  std::fprintf(stderr, "fuzz: input of %zu bytes saved as %s\n", g_input.size(),
               g_crash_file.c_str());
}

void SaveInputAndDie(int signal_number) {
  SaveInput();
  std::signal(signal_number, SIG_DFL);
  std::raise(signal_number);
}

void SaveInputOnDeath() {
  if (__sanitizer_set_death_callback != nullptr) {
    __sanitizer_set_death_callback(SaveInput);
    return;
  }
  for (int signal_number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    std::signal(signal_number, SaveInputAndDie);
  }
}

bool TakeNumber(std::string_view argument, std::string_view name, uint64_t* out) {
  if (!argument.starts_with(name)) return false;
  *out = std::strtoull(argument.data() + name.size(), nullptr, 10);
  return true;
}

Options ParseOptions(int argc, char** argv) {
  Options options;
  bool runs_given = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (TakeNumber(argument, "-runs=", &options.runs)) {
      runs_given = true;
    } else if (!TakeNumber(argument, "-max_total_time=", &options.max_total_time_s) &&
               !TakeNumber(argument, "-seed=", &options.seed) &&
               !TakeNumber(argument, "-max_len=", &options.max_len)) {
      options.corpus.emplace_back(argument);
    }
  }
  if (options.max_total_time_s > 0 && !runs_given) options.runs = UINT64_MAX;
  return options;
}

Bytes ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

std::vector<Bytes> ReadCorpus(const std::vector<std::filesystem::path>& paths) {
  std::vector<Bytes> corpus;
  for (const auto& path : paths) {
    if (!std::filesystem::is_directory(path)) {
      corpus.push_back(ReadFile(path));
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_regular_file()) corpus.push_back(ReadFile(entry.path()));
    }
  }
  return corpus;
}

class Mutator {
 public:
  Mutator(uint64_t seed, size_t max_len) : random_(seed), max_len_(max_len) {}

  // One to eight small changes of an input of the corpus, or of nothing.
  Bytes Next(const std::vector<Bytes>& corpus) {
    Bytes bytes = corpus.empty() ? Bytes() : corpus[Below(corpus.size())];
    for (uint64_t changes = 1 + Below(8); changes > 0; --changes) Change(corpus, &bytes);
    if (bytes.size() > max_len_) bytes.resize(max_len_);
    return bytes;
  }

 private:
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  uint8_t Byte() { return static_cast<uint8_t>(random_()); }

  // Bytes on which parsers tend to turn.
  uint8_t Telling() {
    using std::string_view_literals::operator""sv;
    static constexpr std::string_view kTelling =
        "{}[]()\"\\:,.-+0123456789eE#$' \n\0\x7f\x80\xff"sv;
    return static_cast<uint8_t>(kTelling[Below(kTelling.size())]);
  }

  void Change(const std::vector<Bytes>& corpus, Bytes* bytes) {
    if (bytes->empty()) {
      bytes->push_back(Below(2) == 0 ? Byte() : Telling());
      return;
    }
    const size_t at = Below(bytes->size());
    const size_t length = 1 + Below(std::min<size_t>(bytes->size() - at, 32));
    const auto here = bytes->begin() + static_cast<ptrdiff_t>(at);
    switch (Below(7)) {
      case 0:
        (*bytes)[at] ^= static_cast<uint8_t>(1U << Below(8));
        return;
      case 1:
        (*bytes)[at] = Byte();
        return;
      case 2:
        (*bytes)[at] = Telling();
        return;
      case 3:
        bytes->insert(here, Telling());
        return;
      case 4:
        bytes->erase(here, here + static_cast<ptrdiff_t>(length));
        return;
      case 5: {
        const Bytes copy(here, here + static_cast<ptrdiff_t>(length));
        bytes->insert(bytes->begin() + static_cast<ptrdiff_t>(Below(bytes->size())), copy.begin(),
                      copy.end());
        return;
      }
      default:
        Splice(corpus, at, bytes);
    }
  }

  // Goes on with the rest of another input from here.
  void Splice(const std::vector<Bytes>& corpus, size_t at, Bytes* bytes) {
    if (corpus.empty()) return;
    const Bytes& other = corpus[Below(corpus.size())];
    if (other.empty()) return;
    bytes->resize(at);
    bytes->insert(bytes->end(), other.begin() + static_cast<ptrdiff_t>(Below(other.size())),
                  other.end());
  }

  std::mt19937_64 random_;
  size_t max_len_;
};

void RunOne(const Bytes& input, uint64_t seed, uint64_t run) {
  g_input = input;
  g_crash_file = "crash-" + std::to_string(seed) + "-" + std::to_string(run);
  LLVMFuzzerTestOneInput(g_input.data(), g_input.size());
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  SaveInputOnDeath();
  const std::vector<Bytes> corpus = ReadCorpus(options.corpus);
  uint64_t run = 0;
  for (const Bytes& input : corpus) RunOne(input, options.seed, run++);

  Mutator mutator(options.seed, options.max_len);
  const auto start = std::chrono::steady_clock::now();
  const auto limit = std::chrono::seconds(options.max_total_time_s);
  for (uint64_t i = 0; i < options.runs; ++i) {
    const bool timed = options.max_total_time_s > 0 && i % 256 == 0;
    if (timed && std::chrono::steady_clock::now() - start >= limit) break;
    RunOne(mutator.Next(corpus), options.seed, run++);
  }
  std::printf("fuzz: %llu inputs, no failure\n", static_cast<unsigned long long>(run));
  return 0;
}
