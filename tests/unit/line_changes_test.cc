// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/rtsp/line_changes.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "tests/harness/text.h"

namespace mangle {
namespace {

using rtsp::test::CursorOf;
using stream::LengthChanges;

constexpr std::uint32_t kFirst = 0xffff'fff8U;  // The sequence numbers wrap within the line.

AddressText TextOf(const std::string& text) {
  AddressText address;
  address.size = static_cast<std::uint8_t>(text.size());
  std::memcpy(address.bytes, text.data(), text.size());
  return address;
}

// A line in a lane, with its changes.
class LineChangesTest : public ::testing::Test {
 protected:
  void Begin(const std::string& text, LengthChanges length_changes = LengthChanges::kAny) {
    line = text;
    lane = {};
    lane.Open(kFirst, length_changes, stream::Transit::kSegments);
    lane.Lend(&buffer);
    changes = {};
    notes = {};
  }

  [[nodiscard]] bytes::Field FieldOf(const std::string& text) const {
    const std::size_t at = line.find(text);
    EXPECT_NE(at, std::string::npos) << text;
    return {static_cast<std::uint16_t>(at), static_cast<std::uint16_t>(text.size())};
  }
  void Port(const std::string& old, std::uint16_t port, bool spare = false) {
    changes.Add({FieldOf(old), port, ChangeKind::kPort, spare});
  }
  void Address(const std::string& old, ChangeKind kind) { changes.Add({FieldOf(old), 0, kind, false}); }

  [[nodiscard]] bool Commit() {
    const bytes::Cursor cursor = CursorOf(line);
    const NewAddresses addresses = {TextOf(opener), TextOf(peer)};
    return changes.Commit({cursor, kFirst, addresses, lane}, static_cast<std::uint32_t>(line.find(':')) + 1,
                          notes);
  }

  // Returns the line that leaves.
  [[nodiscard]] std::string Left() {
    stream::Passage passage;
    passage.segment = {kFirst, static_cast<std::uint32_t>(line.size())};
    passage.header_length = 40;
    stream::Lane copy = lane;
    copy.Begin(passage);
    copy.Advance(passage.segment.End());
    copy.Plan(passage, passage.segment.End(), {});
    EXPECT_EQ(passage.leaving.size, line.size());
    std::string out = line;
    for (std::uint32_t i = passage.edits; i-- > 0;) {
      const stream::EditPart part = copy.Part(passage, i);
      out.replace(part.offset, part.length, reinterpret_cast<const char*>(part.text), part.text_length);
    }
    EXPECT_EQ(out.size(), line.size() + passage.growth) << "the numbers move by as much as the text grows";
    EXPECT_EQ(copy.Map().Forward(passage.segment.End()) - passage.segment.End(), passage.growth);
    return out;
  }

  [[nodiscard]] bool Noted(rtspnat_note note) const { return (notes.Bits() >> note & 1U) != 0; }

  std::string line;
  std::string opener = "10.20.30.40";
  std::string peer = "1.2.3.4";
  stream::Lane lane;
  stream::Buffer buffer;
  LineChanges changes;
  Notes notes;
};

TEST_F(LineChangesTest, Law1AllChangesAreMade) {
  Begin("T: 5.6.7.8/99.88.77.66;p=5000-5001;q=6000", LengthChanges::kAny);
  Port("6000", 17);  // Changes may come in any order.
  Port("5001", 7001);
  Port("5000", 7000);
  Address("99.88.77.66", ChangeKind::kOpener);
  Address("5.6.7.8", ChangeKind::kPeer);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T: 1.2.3.4/10.20.30.40;p=7000-7001;q=0017");
}

TEST_F(LineChangesTest, Law1OrNone) {
  const std::string text = "T:1.1.1.1;p=5000";
  Begin(text, LengthChanges::kNone);
  Port("5000", 7000);
  Address("1.1.1.1", ChangeKind::kOpener);
  EXPECT_FALSE(Commit()) << "four bytes more, and no blank";
  EXPECT_TRUE(Noted(RTSPNAT_NOTE_CANNOT_EDIT));
  EXPECT_TRUE(lane.HasNoEdits());
  EXPECT_EQ(Left(), text);

  Begin(text, LengthChanges::kAny);
  for (std::uint32_t i = 0; i < limits::kLengthChanges; ++i) ASSERT_TRUE(lane.Grow(kFirst - 20 + i, 1));
  Port("5000", 7000);
  Address("1.1.1.1", ChangeKind::kOpener);
  EXPECT_FALSE(Commit()) << "there are additions enough";
  EXPECT_TRUE(Noted(RTSPNAT_NOTE_TABLE_FULL));
  EXPECT_TRUE(lane.HasNoEdits());
}

TEST_F(LineChangesTest, Law1OrNoneWhateverRoomIsLeft) {
  for (const bool grows : {false, true}) {
    unsigned made = 0;
    for (std::uint32_t used = 0; used <= limits::kEdits; ++used) {
      Begin("T:  1.1.1.1;a=5000;b=5002;c=5004-5005;d=1.1.1.2");
      for (std::uint32_t i = 0; i < used; ++i) {
        stream::EditWriter writer = lane.Replace(kFirst - 100 + i, 1);
        writer.Put('x');
        ASSERT_TRUE(writer.Finish());
      }
      for (const auto& [old, port] :
           {std::pair{"5000", 7000}, {"5002", 7002}, {"5004", 7004}, {"5005", 7005}})
        Port(old, static_cast<std::uint16_t>(port));
      if (grows) Address("1.1.1.1", ChangeKind::kOpener);
      Address("1.1.1.2", ChangeKind::kPeer);
      const std::uint32_t room = lane.Room();
      const bool done = Commit();
      made += done;
      EXPECT_EQ(done, !Noted(RTSPNAT_NOTE_TABLE_FULL));
      if (!done) {
        EXPECT_EQ(lane.Room(), room) << used;
      } else {
        EXPECT_EQ(Left(), grows ? "T:10.20.30.40;a=7000;b=7002;c=7004-7005;d=1.2.3.4"
                                : "T:  1.1.1.1;a=7000;b=7002;c=7004-7005;d=1.2.3.4");
      }
    }
    EXPECT_GT(made, 8U);
    EXPECT_LE(made, limits::kEdits) << "some had no room";
  }
}

TEST_F(LineChangesTest, Law1OrNoneWhereOneFits) {
  Begin("T:a=5000;b=5002");
  for (std::uint32_t i = 1; i < limits::kEdits; ++i) {
    stream::EditWriter writer = lane.Replace(kFirst - 100 + i, 1);
    writer.Put('x');
    ASSERT_TRUE(writer.Finish());
  }
  Port("5000", 7000);
  Port("5002", 7002);
  EXPECT_FALSE(Commit());
  EXPECT_TRUE(Noted(RTSPNAT_NOTE_TABLE_FULL));
  EXPECT_EQ(lane.Room(), 1U);
}

TEST_F(LineChangesTest, Law2WhatKeepsItsLengthKeepsTheLine) {
  Begin("T:   9.9.9.9;p=5000-5001");
  Port("5000", 7);
  Port("5001", 8);
  Address("9.9.9.9", ChangeKind::kPeer);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T:   1.2.3.4;p=0007-0008");
  EXPECT_TRUE(lane.HasOwnNumbers());
}

TEST_F(LineChangesTest, Law2BlanksMakeUpForAnAddress) {
  Begin("T:      9.9.9.9;p=5000", LengthChanges::kNone);
  Address("9.9.9.9", ChangeKind::kOpener);
  Port("5000", 7000);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T:  10.20.30.40;p=7000");
  Begin("T: 111.111.111.111;p=5000", LengthChanges::kNone);
  Address("111.111.111.111", ChangeKind::kPeer);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T:         1.2.3.4;p=5000") << "no text becomes shorter";
  Begin("T:11.11.11.11/9.9.9.9", LengthChanges::kNone);
  peer = "8.8.8.8";
  opener = "12.34.5.6";
  Address("11.11.11.11", ChangeKind::kPeer);
  Address("9.9.9.9", ChangeKind::kOpener);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T:  8.8.8.8/12.34.5.6") << "one makes up for the other";
}

TEST_F(LineChangesTest, Law2WhatBlanksCannotMakeUpForMakesTheStreamLonger) {
  Begin("T: 9.9.9.9;p=5000");
  Address("9.9.9.9", ChangeKind::kOpener);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T:10.20.30.40;p=5000");
  EXPECT_FALSE(lane.HasOwnNumbers());
}

TEST_F(LineChangesTest, Law2NoTextBecomesShorterForAnyAddresses) {
  for (std::size_t blanks = 0; blanks < 12; ++blanks) {
    for (std::size_t a = 1; a <= 39; a += 2) {
      for (std::size_t b = 1; b <= 39; b += 3) {
        const std::string front = "T:" + std::string(blanks, ' ');
        Begin(front + "AAAAAAAA,BBBBBBBBBB;p=5000");
        opener = std::string(a, 'o');
        peer = std::string(b, 'e');
        Address("AAAAAAAA", ChangeKind::kOpener);
        Address("BBBBBBBBBB", ChangeKind::kPeer);
        Port("5000", 7000);
        ASSERT_TRUE(Commit());
        const std::string out = Left();
        const std::size_t value = out.find_first_not_of(' ', 2);
        ASSERT_EQ(out.substr(value), opener + "," + peer + ";p=7000");
        const std::size_t needed = opener.size() + peer.size();
        ASSERT_EQ(out.size(), line.size() + (needed > 18 + blanks ? needed - 18 - blanks : 0));
      }
    }
  }
}

TEST_F(LineChangesTest, SpareChangesCanBeTakenBack) {
  Begin("T:a=5000;b=5002");
  Port("5000", 7000);
  Port("5002", 7002, true);
  EXPECT_TRUE(changes.HasIn(FieldOf("b=5002")));
  EXPECT_FALSE(changes.HasAddresses());
  EXPECT_FALSE(changes.DropSpare(FieldOf("a=5000")));
  EXPECT_TRUE(changes.DropSpare(FieldOf("b=5002")));
  EXPECT_FALSE(changes.HasIn(FieldOf("b=5002")));
  Port("5000", 9999);
  EXPECT_TRUE(Commit());
  EXPECT_EQ(Left(), "T:a=7000;b=5002") << "a field keeps the change that it has";
}

TEST_F(LineChangesTest, AFullTableSaysSo) {
  Begin("T:abcdefghijklmnop");
  for (std::uint16_t i = 0; i < limits::kLineChanges; ++i) {
    EXPECT_TRUE(changes.HasRoomFor(1, notes));
    changes.Add({{static_cast<std::uint16_t>(2 + i), 1}, 7, ChangeKind::kPort, false});
  }
  EXPECT_FALSE(Noted(RTSPNAT_NOTE_TABLE_FULL));
  EXPECT_FALSE(changes.HasRoomFor(1, notes));
  EXPECT_TRUE(Noted(RTSPNAT_NOTE_TABLE_FULL));
}

}  // namespace
}  // namespace mangle
