# SPDX-License-Identifier: GPL-2.0-only
#
# C++ objects inside Kbuild, compiled with the kernel's own code-generation flags.
# Include it from a Kbuild file after obj-m; then "foo-y := shim.o core.o" just
# works for core.cc.  Tried on 5.10, 6.1, 6.12, 7.2 and 7.3 (gcc 10/12/14/16),
# and on 6.12 with LLVM=1 + kCFI + IBT flags, and with KASAN + KCOV + UBSAN.

# Kbuild runs make with -rR, so $(CXX) is empty.  "$(CC) -x c++" is the compiler the
# kernel was configured for, and needs no guessing -- but gcc wants cc1plus (g++-NN).
ifdef CONFIG_CC_IS_GCC
ifeq ($(wildcard $(shell $(CC) -print-prog-name=cc1plus)),)
$(error $(CC) has no C++ front end: install the g++ package of the same version)
endif
endif

# What cc1plus refuses, or what only says something about C.  All -W go: warnings are
# ours to choose, and one C-only -W is an error under CONFIG_WERROR.
cxx-drop := -std=% -Wp,% -Wa,% -W% -fms-extensions -fplugin=% -fplugin-arg-%

# pahole cannot describe C++ ("Unsupported DW_TAG_rvalue_reference_type", and the .ko
# is deleted), so where module BTF is made the C++ objects carry no DWARF.
cxx-dbg := $(if $(CONFIG_DEBUG_INFO_BTF_MODULES),-g0)

# A part that gcc puts apart is named after its function, with .cold behind, and objtool
# stops at a name of more than 128 characters.  KASAN and UBSAN have many such parts.
cxx-whole := $(if $(CONFIG_KASAN)$(CONFIG_UBSAN)$(CONFIG_KCSAN),$(call cc-option,-fno-reorder-blocks-and-partition))

# $(_c_flags): KBUILD_CPPFLAGS + KBUILD_CFLAGS + ccflags-y + KASAN/UBSAN/KCOV/KCSAN/
# GCOV for this very object.  Not LINUXINCLUDE, not -include compiler_types.h: no
# kernel header reaches the core.  A Kbuild file that wants no header of the C library
# either says so in cxxflags-y, and finds in .core.o.cmd all headers that were read.
cxx_flags = -Wp,-MD,$(depfile)							\
	    $(filter-out $(cxx-drop),$(_c_flags) $(modkern_cflags))		\
	    $(filter -Wa$(comma)%,$(_c_flags) $(modkern_cflags))		\
	    -std=c++20 -ffreestanding -funsigned-char				\
	    -fno-exceptions -fno-rtti -fno-threadsafe-statics			\
	    -fno-use-cxa-atexit $(cxx-dbg) $(cxx-whole)				\
	    -Wall -Wextra $(cxxflags-y) $(CXXFLAGS_$(target-stem).o)

# Out-of-line inline functions and templates live in COMDAT groups, and a module with
# two __patchable_function_entries sections (one of them grouped) does not load on
# 6.12 .. 7.2.  7.3 links modules with this option itself.
ldflags-y += $(call ld-option,--force-group-allocation)

# 5.10: objtool is a step of its own; later it is appended to the compile command.
cxx-objtool-step := $(shell grep -o 'call cmd,objtool\>' $(srctree)/scripts/Makefile.build)

quiet_cmd_cxx_o_cc = CXX $(quiet_modtag) $@
      cmd_cxx_o_cc = $(CC) -x c++ $(cxx_flags) -c -o $@ $< \
		     $(if $(cxx-objtool-step),,$(cmd_ld_single) $(cmd_objtool))

# What needs a C++ runtime would link, load, and fail when it is reached.
quiet_cmd_cxx_check = CHECK   $@
      cmd_cxx_check = NM="$(NM)" READELF="$(READELF)" \
		      $(CONFIG_SHELL) $(src)/check-object.sh $@

define rule_cxx_o_cc
	$(call cmd_and_fixdep,cxx_o_cc)
	$(if $(cxx-objtool-step),$(call cmd,objtool))
	$(call cmd,gen_objtooldep)
	$(call cmd,record_mcount)
	$(call cmd,cxx_check)
endef

$(obj)/%.o: $(src)/%.cc $(src)/check-object.sh FORCE
	$(call if_changed_rule,cxx_o_cc)
