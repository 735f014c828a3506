/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Writes to a file how many bytes the core keeps of one connection. tests/tools/figures.py reads it. */
#include <rtspnat.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;

	if (!file)
		return 1;
	fprintf(file, "{\"state of a connection\": %zu}\n", rtspnat_connection_size());
	return fclose(file);
}
