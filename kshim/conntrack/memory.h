/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that the core needs for a while: a scratch for the dialogue about one segment, and buffers
 * that it borrows while text of a connection is on its way.  All of it comes without waiting; NULL
 * means that there is none.
 */
#ifndef _RTSP_MEMORY_H
#define _RTSP_MEMORY_H

/* Returns 0 or a negative error number. */
int rtsp_memory_init(void);
/* Nothing is in use. */
void rtsp_memory_exit(void);

void *rtsp_scratch_alloc(void);
void rtsp_scratch_free(void *scratch);
void *rtsp_buffer_alloc(void);
void rtsp_buffer_free(void *buffer);

#endif /* _RTSP_MEMORY_H */
