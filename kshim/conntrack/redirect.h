/* SPDX-License-Identifier: GPL-2.0-only */
/* The control connection to which a redirection sends the opener on (RFC 2326 section 10.10).
 *
 * A connection has one at most, conn->redirect.  The caller of all these holds conn->lock.
 */
#ifndef _RTSP_REDIRECT_H
#define _RTSP_REDIRECT_H

#include "state.h"

/* Expect the control connection that @ask names, in the place of one that was named before. */
void rtsp_redirect(const struct rtsp_ask *ask);
/* Expect it no longer. */
void rtsp_redirect_end(struct rtsp_conn *conn);
/* Once a second: forget it if the opener has followed it, or its time has run out. */
void rtsp_redirect_on(struct rtsp_conn *conn);

#endif /* _RTSP_REDIRECT_H */
