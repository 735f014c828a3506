// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "tests/harness/spec_reader.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "bytes/limits.h"

namespace rtsp::test {
namespace {

constexpr std::string_view kFence = "```";

// Streams up to this size are cut everywhere. Longer ones are cut near places of interest, and at every multiple of a prime.
constexpr std::size_t kCutEverywhere = 10000;
constexpr std::size_t kNear = 3;
constexpr std::size_t kStride = 4099;

bool IsLineEnd(char c) { return c == '\r' || c == '\n'; }

// Returns whether the parser may change its state at this byte.
bool IsOfInterest(std::string_view stream, std::size_t at) {
  return at == 0 || at == stream.size() || at % kStride == 0 || IsLineEnd(stream[at]) ||
         IsLineEnd(stream[at - 1]) || at == limits::kLineBytes || at == limits::kLongLineBytes;
}

std::string Identify(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (plain) name.push_back(c);
    if (!plain && !name.empty() && name.back() != '_') name.push_back('_');
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name;
}

std::vector<std::string> Words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

// Decodes the escapes of one line.
class LineDecoder {
 public:
  explicit LineDecoder(std::string_view text) : text_(text) {}

  // Appends the bytes up to the end, or up to `stop`. Returns false if a backslash ends the line.
  bool Decode(std::string& bytes, char stop = '\0') {
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (stop != '\0' && c == stop) return true;
      if (c != '\\') {
        bytes.push_back(c);
      } else if (at_ == text_.size()) {
        return false;
      } else {
        Escape(bytes);
      }
    }
    if (stop != '\0') throw std::runtime_error("no " + std::string(1, stop));
    return true;
  }

 private:
  void Escape(std::string& bytes) {
    switch (const char c = text_[at_++]) {
      case 'r': bytes.push_back('\r'); break;
      case 'n': bytes.push_back('\n'); break;
      case 't': bytes.push_back('\t'); break;
      case '\\': bytes.push_back('\\'); break;
      case 'x': bytes.push_back(static_cast<char>(Hex() * 16 + Hex())); break;
      case '{': Repeat(bytes); break;
      default: throw std::runtime_error("unknown escape \\" + std::string(1, c));
    }
  }

  int Hex() {
    static constexpr std::string_view kDigits = "0123456789abcdef";
    const std::size_t digit = at_ < text_.size() ? kDigits.find(text_[at_]) : std::string_view::npos;
    if (digit == std::string_view::npos) throw std::runtime_error("\\x needs two digits, in lower case");
    ++at_;
    return static_cast<int>(digit);
  }

  void Repeat(std::string& bytes) {
    int count = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9')
      count = count * 10 + (text_[at_++] - '0');
    if (at_ == text_.size() || text_[at_] != '*') throw std::runtime_error("\\{ needs a number and *");
    ++at_;
    std::string part;
    Decode(part, '}');
    for (int i = 0; i < count; ++i) bytes += part;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool SpecBlock::Has(std::string_view word) const { return std::ranges::find(words, word) != words.end(); }

const SpecBlock* SpecCase::Find(std::string_view word) const {
  for (const SpecBlock& block : blocks)
    if (!block.words.empty() && block.words.front() == word) return &block;
  return nullptr;
}

std::string SpecCase::Identifier() const { return Identify(file) + "__" + Identify(heading); }

std::vector<SpecCase> ReadSpec(const std::string& file, std::string_view text) {
  std::vector<SpecCase> cases;
  std::istringstream in{std::string(text)};
  SpecBlock* open = nullptr;
  int number = 0;
  const auto fail = [&](const char* what) {
    throw std::runtime_error(file + ":" + std::to_string(number) + ": " + what);
  };
  for (std::string line; std::getline(in, line);) {
    ++number;
    if (open != nullptr && line == kFence) {
      open = nullptr;
    } else if (open != nullptr) {
      open->text += line + "\n";
    } else if (line.starts_with(kFence)) {
      if (cases.empty()) fail("a block above the first heading");
      cases.back().blocks.push_back({Words(line.substr(kFence.size())), "", number});
      open = &cases.back().blocks.back();
    } else if (line.starts_with("## ")) {
      cases.push_back({file, line.substr(3), number, {}});
    }
  }
  if (open != nullptr) fail("a fence is not closed");
  std::erase_if(cases, [](const SpecCase& spec) { return spec.blocks.empty(); });
  return cases;
}

std::vector<SpecCase> ReadSpecFolder(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".md" && entry.path().stem() != "README") paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<SpecCase> cases;
  for (const std::filesystem::path& path : paths) {
    const std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    for (SpecCase& spec : ReadSpec(path.stem().string(), text.str())) cases.push_back(std::move(spec));
  }
  return cases;
}

std::string BytesOf(const SpecBlock& block) {
  std::string_view line_end = "\r\n";
  if (block.Has("lf")) line_end = "\n";
  if (block.Has("raw")) line_end = "";
  std::string bytes;
  std::istringstream in(block.text);
  int number = block.line;
  for (std::string line; std::getline(in, line);) {
    ++number;
    try {
      if (LineDecoder(line).Decode(bytes)) bytes += line_end;
    } catch (const std::runtime_error& error) {
      throw std::runtime_error("line " + std::to_string(number) + ": " + error.what());
    }
  }
  return bytes;
}

std::vector<std::size_t> CutsOf(std::string_view stream) {
  const std::size_t near = stream.size() <= kCutEverywhere ? stream.size() : kNear;
  std::vector<std::size_t> cuts;
  std::size_t next = 0;
  for (std::size_t at = 0; at <= stream.size(); ++at) {
    if (!IsOfInterest(stream, at)) continue;
    for (next = std::max(next, at - std::min(near, at)); next <= std::min(at + near, stream.size()); ++next)
      cuts.push_back(next);
  }
  return cuts;
}

}  // namespace rtsp::test
