# adkit: `make` configures by itself; `make help` lists the targets.
#
# lib/**.c becomes one static archive, each cmd/ad-NAME.c one program, each tests/unit/NAME.c one
# test program, each tests/fuzz/NAME.c one fuzz target, each NAME.c of tests/channels
# and tests/pictures a program that tests run. No list of files is kept anywhere.
#
# lib/*/NAME_gen.c is not part of the library: it is a program, linked with GSL and run while
# building, whose standard output becomes $(BUILD)/gen/NAME.h, to be included as "gen/NAME.h".
# lib/*/NAME.css and NAME.js become $(BUILD)/gen/NAME_css.h and NAME_js.h: see scripts/embed.

BUILD = build
FUZZ_SECONDS = 30

all: lib programs

# --- configuration -------------------------------------------------------------------------------
NO_CONFIG = help clean distclean dist format lint
ifneq ($(filter-out $(NO_CONFIG),$(or $(MAKECMDGOALS),all)),)
include config.mk
endif

configure: configure.ac
	@command -v autoconf >/dev/null || { \
	    echo 'make: autoconf is missing; run scripts/deps, or install the package autoconf' >&2; \
	    exit 1; }
	autoconf

config.mk: configure config.mk.in
	@if test -f config.status; then ./config.status --quiet --recheck; else ./configure --quiet; fi
	@./config.status --quiet
	@touch $@

# --- flags ---------------------------------------------------------------------------------------
WARN = -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
	-Wno-missing-field-initializers \
	-Werror=int-conversion -Werror=incompatible-pointer-types -Werror=implicit-function-declaration
STD = -std=c11 -pthread -D_POSIX_C_SOURCE=200809L -ffp-contract=off -fvisibility=hidden
# The fortified functions need an optimising build, and hide errors from the sanitizers.
ifeq ($(SANITIZE),)
HARDEN = $(if $(filter-out -O0,$(filter -O%,$(CFLAGS))),$(FORTIFY)) $(HARDEN_CFLAGS)
else
HARDEN = $(SANITIZE) -fno-omit-frame-pointer
endif
COMPILE = $(CC) $(STD) $(WARN) -DAD_VERSION='"$(VERSION)"' -Ilib -I$(BUILD) \
	$(LIB_CFLAGS) $(CPPFLAGS) $(HARDEN) $(CFLAGS)
LINK = $(CC) -pthread $(HARDEN) $(CFLAGS) $(if $(SANITIZE),,$(HARDEN_LDFLAGS)) $(LDFLAGS)

# One short line per step; whole command lines with V=1, nothing with make -s.
quiet = $(findstring s,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
step = $(if $(V),,@$(if $(quiet),,printf '  %-4s %s\n' $(1) '$@';) )

# --- sources -------------------------------------------------------------------------------------
GEN_SRC := $(wildcard lib/*/*_gen.c)
TEXT_SRC := $(sort $(wildcard lib/*/*.css lib/*/*.js))
LIB_SRC := $(filter-out $(GEN_SRC),$(sort $(wildcard lib/*/*.c)))
CMD_SRC := $(sort $(wildcard cmd/ad-*.c))
UNIT_SRC := $(sort $(wildcard tests/unit/*.c))
FUZZ_SRC := $(sort $(wildcard tests/fuzz/*.c))
DRIVER_SRC := $(sort $(wildcard tests/channels/*.c tests/pictures/*.c))

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB = $(BUILD)/libadkit.a
GEN = $(patsubst %_gen.c,$(BUILD)/gen/%.h,$(notdir $(GEN_SRC)))
TEXT = $(patsubst %,$(BUILD)/gen/%.h,$(subst .,_,$(notdir $(TEXT_SRC))))
PROGRAMS = $(patsubst cmd/%.c,$(BUILD)/bin/%,$(CMD_SRC))
UNITS = $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
DRIVERS = $(patsubst tests/%.c,$(BUILD)/%,$(DRIVER_SRC))
REPLAYS = $(patsubst tests/fuzz/%.c,$(BUILD)/replay/%,$(FUZZ_SRC))
FUZZERS = $(patsubst tests/fuzz/%.c,$(BUILD)/fuzz/%,$(FUZZ_SRC))
OBJECTS = $(call obj,$(LIB_SRC) $(CMD_SRC) $(UNIT_SRC) $(DRIVER_SRC) $(FUZZ_SRC) \
	tests/replay.c)

lib: $(LIB)
programs: $(PROGRAMS)
unit: $(UNITS) $(DRIVERS)
replay: $(REPLAYS)
fuzzers: $(FUZZERS)

# --- rules ---------------------------------------------------------------------------------------
# Two stamps that change only when their content does: other flags rebuild everything, another set
# of files rebuilds the archive.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' '$(subst ','\'',$(COMPILE) $(LINK))' | cmp -s - $@ || \
	    printf '%s\n' '$(subst ','\'',$(COMPILE) $(LINK))' >$@

$(BUILD)/files: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(LIB_SRC) | cmp -s - $@ || printf '%s\n' $(LIB_SRC) >$@

$(BUILD)/obj/%.o: %.c $(BUILD)/flags | $(GEN) $(TEXT)
	@mkdir -p $(@D)
	$(call step,CC)$(COMPILE) $(if $(filter tests/unit/%,$<),$(CMOCKA_CFLAGS)) -MMD -MP -c -o $@ $<

$(LIB): $(call obj,$(LIB_SRC)) $(BUILD)/files
	@rm -f $@
	$(call step,AR)$(AR) rcs $@ $(filter %.o,$^)

$(BUILD)/bin/%: $(BUILD)/obj/cmd/%.o $(LIB)
	@mkdir -p $(@D)
	$(call step,LINK)$(LINK) -o $@ $< $(LIB) $(LIB_LIBS) -lm

$(BUILD)/unit/%: $(BUILD)/obj/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(call step,LINK)$(LINK) -o $@ $< $(LIB) $(LIB_LIBS) $(CMOCKA_LIBS) $(GSL_LIBS) -lm

$(DRIVERS): $(BUILD)/%: $(BUILD)/obj/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(call step,LINK)$(LINK) -o $@ $< $(LIB) $(LIB_LIBS) -lm

$(BUILD)/replay/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/replay.o $(LIB)
	@mkdir -p $(@D)
	$(call step,LINK)$(LINK) -o $@ $(filter %.o,$^) $(LIB) $(LIB_LIBS) -lm

$(BUILD)/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(LIB)
	@mkdir -p $(@D)
	$(call step,LINK)$(LINK) -fsanitize=fuzzer -o $@ $< $(LIB) $(LIB_LIBS) -lm

# Generators run on the building machine and are built without the sanitizers.
define gen_rule
$(BUILD)/gen/$(patsubst %_gen.c,%.h,$(notdir $(1))): $(1) $(BUILD)/flags
	@mkdir -p $$(@D)
	$$(call step,GEN)$(CC_FOR_BUILD) $(STD) $(WARN) -Ilib $(GSL_CFLAGS) $(CFLAGS_FOR_BUILD) \
	    -MMD -MP -MT $$@ -MF $$(basename $$@).d -o $$(basename $$@)_gen $(1) $(GSL_LIBS) -lm
	@$$(basename $$@)_gen >$$@.tmp
	@mv $$@.tmp $$@
endef
$(foreach g,$(GEN_SRC),$(eval $(call gen_rule,$(g))))

define text_rule
$(BUILD)/gen/$(subst .,_,$(notdir $(1))).h: $(1) scripts/embed
	@mkdir -p $$(@D)
	$$(call step,GEN)scripts/embed $(1) >$$@.tmp
	@mv $$@.tmp $$@
endef
$(foreach t,$(TEXT_SRC),$(eval $(call text_rule,$(t))))

.SECONDARY: $(OBJECTS)
-include $(OBJECTS:.o=.d) $(GEN:.h=.d)

# --- tests ---------------------------------------------------------------------------------------
check: all unit replay asan-replay
	AD_BUILD=$(BUILD) scripts/test --no-build

asan: asan-build
	AD_BUILD=build-asan scripts/test --no-build

ASAN = BUILD=build-asan SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=all'
asan-build:
	+@$(MAKE) $(ASAN) all unit replay

asan-replay:
	+@$(MAKE) $(ASAN) replay

fuzz-build:
	+@$(MAKE) BUILD=build-fuzz CC=clang SANITIZE='-fsanitize=address,undefined -fsanitize=fuzzer-no-link \
	    -fno-sanitize-recover=all' fuzzers

# Findings and the grown corpus stay in build-fuzz; a finding becomes a file of tests/fuzz/corpus.
fuzz:
	@FUZZ_SECONDS=$(FUZZ_SECONDS) scripts/fuzz

bench: all
	scripts/bench

# --- installation --------------------------------------------------------------------------------
MAN = $(foreach s,1 5 7,$(wildcard man/*.$(s)))
BASH_DIR = $(datadir)/bash-completion/completions
ZSH_DIR = $(datadir)/zsh/site-functions
FISH_DIR = $(datadir)/fish/vendor_completions.d

$(BUILD)/completions/.done: $(PROGRAMS) scripts/completions
	scripts/completions $(BUILD)/bin $(@D)
	@touch $@

completions: $(BUILD)/completions/.done

install: all completions
	mkdir -p $(DESTDIR)$(bindir) $(DESTDIR)$(BASH_DIR) $(DESTDIR)$(ZSH_DIR) $(DESTDIR)$(FISH_DIR)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(bindir)
	install -m 644 $(BUILD)/completions/bash/* $(DESTDIR)$(BASH_DIR)
	install -m 644 $(BUILD)/completions/zsh/* $(DESTDIR)$(ZSH_DIR)
	install -m 644 $(BUILD)/completions/fish/* $(DESTDIR)$(FISH_DIR)
	for m in $(MAN); do \
	    d=$(DESTDIR)$(mandir)/man$${m##*.}; \
	    mkdir -p $$d && install -m 644 $$m $$d || exit 1; \
	done
	mkdir -p $(DESTDIR)$(docdir)
	install -m 644 README.md NEWS LICENSE $(DESTDIR)$(docdir)
	cp -R scripts/examples $(DESTDIR)$(docdir)

uninstall:
	rm -f $(addprefix $(DESTDIR)$(bindir)/,$(notdir $(PROGRAMS)))
	rm -f $(addprefix $(DESTDIR)$(BASH_DIR)/,$(notdir $(PROGRAMS)))
	rm -f $(addprefix $(DESTDIR)$(ZSH_DIR)/_,$(notdir $(PROGRAMS)))
	rm -f $(patsubst %,$(DESTDIR)$(FISH_DIR)/%.fish,$(notdir $(PROGRAMS)))
	rm -f $(foreach m,$(MAN),$(DESTDIR)$(mandir)/man$(patsubst .%,%,$(suffix $(m)))/$(notdir $(m)))
	rm -rf $(DESTDIR)$(docdir)

# With configure in it, so that building from the archive needs no autoconf.
dist: configure
	@v=$$(sed -n 's/^AC_INIT(\[adkit\],\[\(.*\)\])$$/\1/p' configure.ac); \
	mkdir -p $(BUILD) && \
	git archive --format=tar.gz --prefix="adkit-$$v/" --add-file=configure -o "$(BUILD)/adkit-$$v.tar.gz" HEAD && \
	echo "$(BUILD)/adkit-$$v.tar.gz"

# --- housekeeping --------------------------------------------------------------------------------
C_FILES = $(wildcard cmd/*.[ch] lib/*/*.[ch] tests/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/channels/*.[ch] tests/pictures/*.[ch])

format:
	clang-format -i $(C_FILES)

lint:
	scripts/lint

clean:
	rm -rf build build-asan build-fuzz $(filter-out . /,$(BUILD))

distclean: clean
	rm -rf configure configure~ config.mk config.log config.status autom4te.cache

help:
	@echo 'make              build every program into build/bin'
	@echo 'make check        run the tests (scripts/test also installs what they need)'
	@echo 'make asan         run the tests against a build with ASan and UBSan (build-asan)'
	@echo 'make fuzz         run each fuzz target for FUZZ_SECONDS (30; build-fuzz, clang)'
	@echo 'make bench        measure against other tools'
	@echo 'make lint         clang-format, shellcheck and cppcheck; make format applies the first'
	@echo 'make install      programs, man pages, completions, examples; DESTDIR= prefix='
	@echo 'make uninstall    remove them again'
	@echo 'make dist         a tar.gz of HEAD in build'
	@echo 'make clean        remove what was built; make distclean also what was configured'
	@echo 'Variables: CC CFLAGS CPPFLAGS LDFLAGS BUILD SANITIZE'

FORCE:
.PHONY: all lib programs unit replay fuzzers check asan asan-build asan-replay fuzz fuzz-build bench completions install uninstall \
	dist format lint clean distclean help FORCE
.DELETE_ON_ERROR:
