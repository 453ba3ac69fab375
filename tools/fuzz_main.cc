// Runs a fuzz target without libFuzzer, so that every compiler (gcc with its sanitizers included)
// can run it:
//
//   engine_key_codec_fuzz [-runs=N] [-max_total_time=SECONDS] [-seed=N] [-max_len=BYTES]
//   [CORPUS-FOLDER-OR-FILE...]
//
// First every input of the corpus, then mutations of them from a seeded generator: the same seed
// gives the same inputs. It is not guided by coverage; a target that is linked with libFuzzer
// instead takes the same flags. An input that makes the target crash is written to ./crash-SEED-RUN
// with exit code 1; so is one
// that takes longer than 20 seconds.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Bytes = std::vector<uint8_t>;

struct Options {
  uint64_t runs = 10000;
  uint64_t max_total_time_s = 0;  // 0: no limit of time.
  uint64_t seed = 1;
  uint64_t max_len = 8192;
  std::vector<std::filesystem::path> corpus;
};

constexpr uint64_t kMaxInputBytes = 1 << 20;
constexpr unsigned kMaxSecondsPerInput = 20;

// The input in work. The parent process shares it with the child that runs the target, so that it
// survives any death.
struct InWork {
  uint64_t run;
  uint64_t size;
  uint8_t bytes[kMaxInputBytes];
};

InWork* ShareMemory() {
  void* memory =
      mmap(nullptr, sizeof(InWork), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<InWork*>(memory);
}

void SaveInput(const InWork& in_work, uint64_t seed) {
  const std::string name = "crash-" + std::to_string(seed) + "-" + std::to_string(in_work.run);
  std::ofstream out(name, std::ios::binary);
  out.write(reinterpret_cast<const char*>(in_work.bytes),
            static_cast<std::streamsize>(in_work.size));
  std::fprintf(stderr, "fuzz: input of %llu bytes saved as %s\n",
               static_cast<unsigned long long>(in_work.size), name.c_str());
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
      case 0: (*bytes)[at] ^= static_cast<uint8_t>(1U << Below(8)); return;
      case 1: (*bytes)[at] = Byte(); return;
      case 2: (*bytes)[at] = Telling(); return;
      case 3: bytes->insert(here, Telling()); return;
      case 4: bytes->erase(here, here + static_cast<ptrdiff_t>(length)); return;
      case 5: {
        const Bytes copy(here, here + static_cast<ptrdiff_t>(length));
        bytes->insert(bytes->begin() + static_cast<ptrdiff_t>(Below(bytes->size())), copy.begin(),
                      copy.end());
        return;
      }
      default: Splice(corpus, at, bytes);
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

void RunOne(const Bytes& input, InWork* in_work) {
  in_work->size = std::min<uint64_t>(input.size(), kMaxInputBytes);
  std::copy_n(input.begin(), in_work->size, in_work->bytes);
  alarm(kMaxSecondsPerInput);
  // A buffer of its own length, so that a sanitizer sees a read past its end.
  const Bytes exact(in_work->bytes, in_work->bytes + in_work->size);
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  ++in_work->run;
}

void RunAll(const Options& options, InWork* in_work) {
  const std::vector<Bytes> corpus = ReadCorpus(options.corpus);
  for (const Bytes& input : corpus) RunOne(input, in_work);

  Mutator mutator(options.seed, options.max_len);
  const auto start = std::chrono::steady_clock::now();
  const auto limit = std::chrono::seconds(options.max_total_time_s);
  for (uint64_t i = 0; i < options.runs; ++i) {
    const bool timed = options.max_total_time_s > 0 && i % 64 == 0;
    if (timed && std::chrono::steady_clock::now() - start >= limit) break;
    RunOne(mutator.Next(corpus), in_work);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = ParseOptions(argc, argv);
  InWork* in_work = ShareMemory();
  const pid_t child = in_work == nullptr ? -1 : fork();
  if (child < 0) {
    std::perror("fuzz");
    return 2;
  }
  if (child == 0) {
    RunAll(options, in_work);
    return 0;
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
    std::printf("fuzz: %llu inputs, no failure\n", static_cast<unsigned long long>(in_work->run));
    return 0;
  }
  if (WIFSIGNALED(status)) std::fprintf(stderr, "fuzz: %s\n", strsignal(WTERMSIG(status)));
  SaveInput(*in_work, options.seed);
  return 1;
}
