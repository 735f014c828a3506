// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "rtsp/header.h"

#include <gtest/gtest.h>

#include <string>

#include "bytes/limits.h"
#include "tests/harness/text.h"

namespace rtsp::test {
namespace {

Header Lex(std::string_view line) { return LexHeader(CursorOf(line)); }

Number ReadLength(std::string_view value) { return ReadNumberValue(CursorOf(value), 0, limits::kBodyBytes); }

std::string Session(std::string_view value) { return TextOf(value, SessionIdentifier(CursorOf(value), 0)); }

TEST(Header, KnowsEveryNameInAnyCase) {
  for (const HeaderName name :
       {HeaderName::kContentLength, HeaderName::kCSeq, HeaderName::kSession, HeaderName::kTransport}) {
    std::string lower = Name(name);
    std::string upper = Name(name);
    for (char& c : lower) c = static_cast<char>(std::tolower(c));
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    for (const std::string& spelling : {std::string(Name(name)), lower, upper}) {
      const Header header = Lex(spelling + ": x");
      EXPECT_EQ(header.name, name) << spelling;
      EXPECT_EQ(header.value, spelling.size() + 1) << spelling;
    }
  }
}

TEST(Header, BlanksMayStandBeforeTheColon) {
  EXPECT_EQ(Lex("Transport :RTP/AVP").value, 11);
  EXPECT_EQ(Lex("CSeq \t :1").name, HeaderName::kCSeq);
}

TEST(Header, ValueMayBeEmpty) {
  EXPECT_EQ(Lex("CSeq:").name, HeaderName::kCSeq);
  EXPECT_EQ(Lex("CSeq:").value, 5);
}

TEST(Header, OtherNamesHaveNoMeaning) {
  for (const char* line :
       {"", ":", "Transpor: x", "Transports: x", "X-Transport: x", " Transport: x", "Transport",
        "Transport\r\n: x", "Content Length: 3", "Content-Length; 3", "CSeq=1", "Date: now"}) {
    EXPECT_EQ(Lex(line).name, HeaderName::kOther) << line;
    EXPECT_EQ(Lex(line).value, 0) << line;
  }
  EXPECT_EQ(Lex(std::string_view("CS\0eq: 1", 8)).name, HeaderName::kOther);
  EXPECT_EQ(Lex(std::string_view("CSeq\0: 1", 8)).name, HeaderName::kOther);
}

TEST(Header, NumberValuesMayHaveWhiteSpaceAround) {
  for (const char* value : {"17", " 17", "17 ", "\t17\t", "\r\n 17", " 17\r\n ", "0017"}) {
    EXPECT_TRUE(ReadLength(value).valid) << value;
    EXPECT_EQ(ReadLength(value).value, 17U) << value;
  }
}

TEST(Header, NumberValuesAreWholeOrNotValid) {
  for (const char* value : {"", " ", "x", "17x", "1 7", "17,17", "-1", "+1", "0x11", "1.0", "1e3",
                            "268435457", "4294967313", "18446744073709551633", "99999999999999999999"})
    EXPECT_FALSE(ReadLength(value).valid || ReadLength(value).value != 0) << value;
  EXPECT_FALSE(ReadLength(std::string_view("17\0", 3)).valid);
  EXPECT_TRUE(ReadLength("268435456").valid);
}

TEST(Header, SessionIdentifierEndsAtSemicolonOrWhiteSpace) {
  EXPECT_EQ(Session(" 12345678;timeout=60"), "12345678");
  EXPECT_EQ(Session("12345678 ; timeout=60"), "12345678");
  EXPECT_EQ(Session("\r\n  abc\r\n ;timeout=60"), "abc");
  EXPECT_EQ(Session("$-_.+=,\""), "$-_.+=,\"");
  EXPECT_EQ(Session(";timeout=60"), "");
  EXPECT_EQ(Session(""), "");
  EXPECT_EQ(Session("  "), "");
}

TEST(Header, NamesAreNeverEmpty) {
  EXPECT_STREQ(Name(HeaderName::kOther), "other");
  EXPECT_STREQ(Name(static_cast<HeaderName>(200)), "other");
}

}  // namespace
}  // namespace rtsp::test
