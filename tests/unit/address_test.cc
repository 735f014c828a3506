// SPDX-License-Identifier: MIT OR GPL-2.0-only
#include "mangler/nat/address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "tests/harness/text.h"

namespace nat {
namespace {

rtspnat_address Read(const std::string& text) { return ReadAddress(rtsp::test::CursorOf(text)); }

TEST(Address, ReadsIpv4) {
  const rtspnat_address address = Read("192.168.1.20");
  EXPECT_EQ(address.family, 4);
  EXPECT_EQ(address.bytes[0], 192);
  EXPECT_EQ(address.bytes[3], 20);
}

TEST(Address, RefusesWhatIsNoAddress) {
  for (const char* text :
       {"",         "(null)",   "vovida.com",     "1.2.3",          "1.2.3.4.5",         "1.2.3.256",
        "1.2.3.-4", "01.2.3.4", "1.2.3.4 ",       " 1.2.3.4",       "1.2.3.4:5",         "undefined",
        ":",        ":::",      "1::2::3",        "1:2:3:4:5:6:7",  "1:2:3:4:5:6:7:8:9", "12345::",
        "g::",      "::1%eth0", "1:2:3:4:5:6:7:", "::ffff:1.2.3.4", "1:2:3:4::5:6:7:8"})
    EXPECT_EQ(Read(text).family, 0) << text;
}

// The core reads every address that the C library prints, as the C library reads it.
TEST(Address, AgreesWithTheCLibraryOnIpv6) {
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::uint8_t bytes[16];
    for (std::uint8_t& byte : bytes) byte = random() % 3 != 0 ? 0 : static_cast<std::uint8_t>(random());
    char text[INET6_ADDRSTRLEN];
    ASSERT_NE(inet_ntop(AF_INET6, bytes, text, sizeof(text)), nullptr);
    const rtspnat_address address = Read(text);
    // The core does not read an IPv6 address with dotted parts.
    if (std::strchr(text, '.') != nullptr) {
      ASSERT_EQ(address.family, 0) << text;
      continue;
    }
    ASSERT_EQ(address.family, 6) << text;
    ASSERT_EQ(std::memcmp(address.bytes, bytes, sizeof(bytes)), 0) << text;
  }
}

TEST(Address, ComparesByFamilyAndBytes) {
  EXPECT_TRUE(IsSame(Read("2001:db8::1"), Read("2001:DB8:0:0::1")));
  EXPECT_FALSE(IsSame(Read("2001:db8::1"), Read("2001:db8::2")));
  EXPECT_TRUE(IsSame(Read("10.0.0.1"), Read("10.0.0.1")));
  EXPECT_FALSE(IsSame(Read("10.0.0.1"), Read("10.0.0.2")));
  EXPECT_FALSE(IsSame(Read("10.0.0.1"), Read("a00:1::")));
  EXPECT_FALSE(IsSame(Read("no"), Read("no"))) << "two unknown addresses are not the same";
}

}  // namespace
}  // namespace nat
