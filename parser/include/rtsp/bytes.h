// SPDX-License-Identifier: MIT OR GPL-2.0-only
#pragma once
/// @file
/// The words of bytes/ that the grammar uses.
#include "bytes/text.h"

namespace rtsp {

using bytes::Cursor;
using bytes::Field;
using bytes::Hasher;
using bytes::IsBlank;
using bytes::IsDigit;
using bytes::IsSpace;
using bytes::Number;
using bytes::ReadNumber;
using bytes::SkipBlanks;
using bytes::SkipSpace;
using bytes::Trimmed;

}  // namespace rtsp
