/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Prints how many bytes the core keeps of one connection, and writes them to a file for tests/tools/figures.py. */
#include <rtspnat.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "w") : NULL;

	if (!file)
		return 1;
	printf("a connection takes %zu bytes\n", rtspnat_connection_size());
	fprintf(file, "{\"state of a connection\": %zu}\n", rtspnat_connection_size());
	return fclose(file);
}
