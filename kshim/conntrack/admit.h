/* SPDX-License-Identifier: GPL-2.0-only */
/* Lets the media of a mapping pass, once the peer has agreed. */
#ifndef _RTSP_ADMIT_H
#define _RTSP_ADMIT_H

#include "state.h"

/* Admit the media of @ask.  The mapping has begun, or is prepared (mapping.h).  Returns 0, or
 * -ENOENT if its reservation is gone.  The caller holds conn->lock and is under RCU.
 */
int rtsp_admit(const struct rtsp_ask *ask);

#endif /* _RTSP_ADMIT_H */
