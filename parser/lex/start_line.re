// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/start_line.h"

/*!include:re2c "cursor.inc" */

namespace rtsp {
namespace {

/*!re2c
  version = "RTSP/" [0-9] "." [0-9];
  token = [!#%&'*+.0-9A-Z^_`a-z|~-]+;
*/

enum class First : std::uint8_t { kInvalid, kRequest, kResponse };

// Lexes a method that has a name, or a version; perhaps as the front of something longer.
First LexKnownFirst(Cursor& in, Method& method) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    version         { return First::kResponse; }
    "ANNOUNCE"      { method = Method::kAnnounce; return First::kRequest; }
    "DESCRIBE"      { method = Method::kDescribe; return First::kRequest; }
    "GET_PARAMETER" { method = Method::kGetParameter; return First::kRequest; }
    "OPTIONS"       { method = Method::kOptions; return First::kRequest; }
    "PAUSE"         { method = Method::kPause; return First::kRequest; }
    "PLAY"          { method = Method::kPlay; return First::kRequest; }
    "PLAY_NOTIFY"   { method = Method::kPlayNotify; return First::kRequest; }
    "RECORD"        { method = Method::kRecord; return First::kRequest; }
    "REDIRECT"      { method = Method::kRedirect; return First::kRequest; }
    "SETUP"         { method = Method::kSetup; return First::kRequest; }
    "SET_PARAMETER" { method = Method::kSetParameter; return First::kRequest; }
    "TEARDOWN"      { method = Method::kTeardown; return First::kRequest; }
    *               { return First::kInvalid; }
  */
}

// Lexes any method; returns where it ends, or where it should begin if there is none.
std::uint32_t EndOfMethod(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  const std::uint32_t start = in.Position();
  /*!re2c
    token { return in.Position(); }
    *     { return start; }
  */
}

bool LexVersion(Cursor in) {
  [[maybe_unused]] std::uint32_t backup = 0;
  /*!re2c
    version { return true; }
    *       { return false; }
  */
}

// A control byte inside a line, which no text has.
constexpr bool IsControl(std::uint8_t byte) { return byte < ' ' && !IsBlank(byte); }

constexpr std::uint32_t kVersionBytes = 8;

// Moves past blanks; returns false if there are none.
bool LexBlanks(Cursor& in) {
  const std::uint32_t start = in.Position();
  SkipBlanks(in);
  return in.Position() != start;
}

// Moves past the method or the version and the blanks behind it. What is known comes first and apart: its
// lexer need not tell other tokens from what is no token.
First LexFirst(Cursor& in, Method& method) {
  Cursor scan = in;
  First first = LexKnownFirst(scan, method);
  if (first == First::kInvalid || !LexBlanks(scan)) {
    method = Method::kOther;
    scan.Seek(EndOfMethod(in));
    first = scan.Position() != in.Position() && LexBlanks(scan) ? First::kRequest : First::kInvalid;
  }
  in.Seek(scan.Position());
  return first;
}

// Takes the version that `word` begins with.
void NoteVersion(const Cursor& word, StartLine& line) {
  line.major = static_cast<std::uint8_t>(word.At(5) - '0');
  line.minor = static_cast<std::uint8_t>(word.At(7) - '0');
}

bool LexResponse(Cursor& in, StartLine& line) {
  const Number status = ReadNumber(in, 999);
  line.status = static_cast<std::uint16_t>(status.value);
  return status.valid && status.field.length == 3 && status.value >= 100;
}

// Reads the URI, which goes up to the last version of the line: `in` is behind the blanks behind the method.
bool LexRequest(const Cursor& in, StartLine& line) {
  std::uint32_t end = in.Size();
  while (IsBlank(in.At(end - 1))) --end;
  const std::uint32_t uri = in.Position();
  const std::uint32_t version = end - kVersionBytes;
  if (end < uri + kVersionBytes || !IsBlank(in.At(version - 1))) return false;
  const Cursor word = in.Slice(version, kVersionBytes);
  if (!LexVersion(word)) return false;
  NoteVersion(word, line);
  std::uint32_t stop = version;
  while (stop > uri && IsBlank(in.At(stop - 1))) --stop;
  line.uri = Field::Between(uri, stop);
  const Cursor text = in.Slice(line.uri);
  const std::uint32_t first_blank = text.FindControl();
  for (std::uint32_t at = first_blank; at < text.Size(); ++at) {
    if (IsControl(text.At(at))) return false;
  }
  if (first_blank != text.Size()) line.odd_uri = HashUri(text);
  return true;
}

}  // namespace

Opening JudgeOpening(Cursor in) {
  while (in.Peek() == '\r' || in.Peek() == '\n') in.Skip();
  if (in.AtEnd()) return Opening::kNothing;
  return EndOfMethod(in) != in.Position() ? Opening::kMessage : Opening::kOther;
}

std::uint32_t HashUri(const Cursor& uri) {
  Hasher hasher;
  for (std::uint32_t at = 0; at < uri.Size(); ++at) {
    if (!IsBlank(uri.At(at))) hasher.Put(uri.At(at));
  }
  return hasher.Value();
}

StartLine LexStartLine(Cursor in) {
  StartLine line;
  switch (LexFirst(in, line.method)) {
    case First::kRequest:
      line.kind = StartKind::kRequest;
      return LexRequest(in, line) ? line : StartLine();
    case First::kResponse:
      line.kind = StartKind::kResponse;
      NoteVersion(in, line);
      return LexResponse(in, line) && (in.AtEnd() || IsBlank(in.Peek())) ? line : StartLine();
    case First::kInvalid: break;
  }
  return {};
}

void LongStartLine::Begin() { *this = {}; }

namespace {

// The token bytes of EndOfMethod(), one at a time.
bool IsTokenByte(std::uint8_t byte) { return EndOfMethod(Cursor(&byte, 1)) != 0; }

}  // namespace

void LongStartLine::Put(std::uint8_t byte) {
  if (byte == '\n') return;
  const bool is_control = after_return_ && part_ != Part::kReason;
  after_return_ = byte == '\r';
  if (is_control) part_ = Part::kInvalid;
  if (after_return_) return;
  switch (part_) {
    case Part::kFirstWord:
      if (IsBlank(byte)) return EndFirstWord();
      if (front_size_ < kFrontBytes) front_[front_size_] = byte;
      if (front_size_ <= kMethodBytes) ++front_size_;
      if (byte == '/') has_slash_ = true;
      if (byte != '/' && !IsTokenByte(byte)) part_ = Part::kInvalid;
      return;
    case Part::kStatus: return TakeOfStatus(byte);
    case Part::kUri: return TakeOfUri(byte);
    case Part::kReason:
    case Part::kInvalid: return;
  }
}

// A slash is part of a version and of no method.
void LongStartLine::EndFirstWord() {
  in_word_ = false;
  const bool is_version = front_size_ == kVersionBytes && LexVersion(Cursor(front_, kVersionBytes));
  const bool is_token = front_size_ != 0 && front_size_ <= kMethodBytes && !has_slash_;
  part_ = is_version ? Part::kStatus : is_token ? Part::kUri : Part::kInvalid;
}

void LongStartLine::TakeOfStatus(std::uint8_t byte) {
  if (IsBlank(byte)) {
    if (in_word_) part_ = Part::kReason;
    return;
  }
  in_word_ = true;
  if (word_size_ < kWordBytes) word_[word_size_] = byte;
  if (word_size_ <= kWordBytes) ++word_size_;
}

void LongStartLine::TakeOfUri(std::uint8_t byte) {
  if (IsBlank(byte)) {
    in_word_ = false;
    return;
  }
  if (IsControl(byte)) part_ = Part::kInvalid;
  if (!in_word_) {
    in_word_ = true;
    uri_hash_ = uri_.Value();
    word_size_ = 0;
  }
  uri_.Put(byte);
  if (word_size_ < kWordBytes) word_[word_size_] = byte;
  if (word_size_ <= kWordBytes) ++word_size_;
}

StartLine LongStartLine::Finish() const {
  StartLine line;
  const Cursor front(front_, kFrontBytes);
  const Cursor word(word_, word_size_ < kWordBytes ? word_size_ : kWordBytes);
  if (part_ == Part::kReason || part_ == Part::kStatus) {
    Cursor status = word;
    if (!LexResponse(status, line) || !status.AtEnd()) return {};
    line.kind = StartKind::kResponse;
    NoteVersion(front, line);
  } else if (part_ == Part::kUri && word_size_ == kVersionBytes && LexVersion(word)) {
    Cursor scan = front;
    line.kind = StartKind::kRequest;
    NoteVersion(word, line);
    line.odd_uri = uri_hash_;
    const bool known = front_size_ < kFrontBytes && LexKnownFirst(scan, line.method) == First::kRequest &&
                       scan.Position() == front_size_;
    if (!known) line.method = Method::kOther;
  }
  return line;
}

}  // namespace rtsp
