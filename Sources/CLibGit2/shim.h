#include <git2.h>

/* git_libgit2_opts takes variable arguments, which Swift cannot call. */

/* Keeps libgit2 from reading the machine's and the user's configuration files. */
static inline int flotilla_git_ignore_configuration_files(void) {
  int level, result = 0;
  for (level = GIT_CONFIG_LEVEL_PROGRAMDATA; level <= GIT_CONFIG_LEVEL_GLOBAL && result == 0; level++) {
    result = git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  }
  return result;
}

/* Opens repositories whatever user owns them; only mirrors that Flotilla made are opened. */
static inline int flotilla_git_accept_any_owner(void) {
  return git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
}

/* Limits the memory of parsed objects over all repositories, in bytes. */
static inline int flotilla_git_limit_cache(long bytes) {
  return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)bytes);
}

/* How large a directory may be for libgit2 to keep it parsed, in bytes; it takes the largest for one of about 100 entries
   without this, and would read every larger one anew for each of its files. */
static inline int flotilla_git_keep_trees(long bytes) {
  return git_libgit2_opts(GIT_OPT_SET_CACHE_OBJECT_LIMIT, GIT_OBJECT_TREE, (size_t)bytes);
}
