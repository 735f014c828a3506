// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// Reads spec cases out of Markdown files; tests/spec/README.md explains the format.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rtsp::test {

/// A fenced block.
struct SpecBlock {
  std::vector<std::string> words;  ///< The words behind the opening fence.
  std::string text;                ///< The lines between the fences, each with LF.
  int line = 0;                    ///< The line of the opening fence, from 1.

  /// True if @p word is one of the words.
  [[nodiscard]] bool Has(std::string_view word) const;
};

/// A case: a `##` heading and the blocks below it.
struct SpecCase {
  std::string file;  ///< The file's stem.
  std::string heading;
  int line = 0;
  std::vector<SpecBlock> blocks;

  /// Returns the first block whose first word is @p word, or nullptr.
  [[nodiscard]] const SpecBlock* Find(std::string_view word) const;

  /// Returns file and heading as a name of letters, digits and underscores.
  [[nodiscard]] std::string Identifier() const;
};

/// Reads all cases of @p text, in order. A heading without a fenced block is no case. Throws std::runtime_error if a block stands
/// above the first heading, or if a fence is never closed.
[[nodiscard]] std::vector<SpecCase> ReadSpec(const std::string& file, std::string_view text);

/// Reads all cases of the *.md files in @p folder except README.md, sorted by name.
[[nodiscard]] std::vector<SpecCase> ReadSpecFolder(const std::string& folder);

/// Returns the bytes of an input block. Throws std::runtime_error at a bad escape.
[[nodiscard]] std::string BytesOf(const SpecBlock& block);

/// Returns the offsets at which runners cut @p stream, both ends included: all offsets, or in a long stream those near line ends and
/// limits and some others.
[[nodiscard]] std::vector<std::size_t> CutsOf(std::string_view stream);

}  // namespace rtsp::test
