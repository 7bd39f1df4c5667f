/*
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Copyright (C) 2026 The mntns authors
 *
 * test_mntns_diagnose - look at the table of causes, and at the texts
 *
 *	test_mntns_diagnose check	what is wrong with the table; silent if nothing
 *	test_mntns_diagnose texts	texts for hostile objects and rare failures
 *
 * The table is private to lib/diagnose.c, so that file is a part of this one.
 */
#include "../../lib/diagnose.c"

/*
 * check
 */
static int problems;

static void problem(const char *what, const char *where)
{
	printf("%s: %s\n", what, where);
	problems++;
}

static void check_words(const char *text)
{
	size_t len = strlen(text);

	if (!len)
		problem("empty", "a cause or remedy");
	else if (text[len - 1] == '.' || text[len - 1] == ' ')
		problem("ends in a stop or space", text);
	if (strchr(text, '\n') || strchr(text, '%'))
		problem("new line or conversion", text);
}

static void check_phrases(void)
{
	size_t step;

	if (step_phrases[DIAG_NONE])
		problem("phrase of no step", step_phrases[DIAG_NONE]);

	for (step = DIAG_NONE + 1; step < DIAG_NR_STEPS; step++) {
		const char *phrase = step_phrases[step], *mark;
		char number[32];

		snprintf(number, sizeof(number), "step %zu", step);
		if (!phrase) {
			problem("no phrase", number);
			continue;
		}
		mark = strchr(phrase, '%');
		if (mark && (mark[1] != 's' || strchr(mark + 1, '%')))
			problem("not one %s", phrase);
		if (!strstr(phrase, "%s") && step != DIAG_NS_LIST &&
		    step != DIAG_USERNS_MAKE && step != DIAG_RUN_FORK && step != DIAG_MEMORY)
			problem("no object", phrase);
	}
}

static void check_rows(void)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct diag_row *row = &rows[i];

		if (row->step <= DIAG_NONE || row->step >= DIAG_NR_STEPS || row->err <= 0 ||
		    !strerrorname_np(row->err)) {
			problem("not a step or errno", row->cause);
			continue;
		}
		check_words(row->cause);
		if (row->remedy)
			check_words(row->remedy);
		for (j = 0; j < i; j++) {
			if (rows[j].step == row->step && rows[j].err == row->err)
				problem("two rows", row->cause);
		}
	}
}

/* Every step must have words for every errno, and one line of them. */
static void check_texts(void)
{
	int step, err;

	for (step = DIAG_NONE + 1; step < DIAG_NR_STEPS; step++) {
		for (err = 0; err < 140; err++) {
			struct diag d = { .step = DIAG_NONE };
			char *text;

			diag_fail(&d, step, err, "object");
			text = diag_text(&d);
			if (!text || !*text || strchr(text, '\n') || strstr(text, "(null)"))
				problem("bad text", text ? text : "none");
			if (diag_exit_status(&d) != (err == ENOSYS ? EXIT_NOTSUPP : EXIT_FAILURE))
				problem("wrong exit status", text ? text : "none");
			free(text);
			diag_reset(&d);
		}
	}
}

/*
 * texts
 */
static void print_diag(struct diag *d)
{
	char *text = diag_text(d);

	printf("%s [%d]\n", text ? text : "(no text)", diag_exit_status(d));
	free(text);
}

static void print_object(const char *object)
{
	struct diag d = { .step = DIAG_NONE };

	diag_fail(&d, DIAG_TARGET_OPEN, EXDEV, object);
	print_diag(&d);
	diag_reset(&d);
}

static void print_texts(void)
{
	static const char *const objects[] = {
		"/plain", "", "with space", "new\nline", "tab\tand\rreturn", "red\033[31m", "del\177",
		"\001\037", ("csi\xc2\x9b" "31m"), "t\xc5\xafn-\xe2\x82\xac", "nbsp\xc2\xa0", "bad\xff\xc2",
		"percent %s %n", "back\\slash"
	};
	struct diag d = { .step = DIAG_NONE };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		print_object(objects[i]);
	print_object(NULL);

	print_diag(&d);				/* nothing has failed */
	diag_fail(&d, DIAG_ATTACH, 9999, "/unknown");
	print_diag(&d);
	diag_fail(&d, DIAG_ATTACH, 0, "/no-errno");
	print_diag(&d);
	diag_fail(&d, DIAG_ATTACH, ENOSYS, "/nosys");
	print_diag(&d);
	/* what a failure says is not left over in the next one */
	diag_fail_nosys(&d, DIAG_DETACH, EINVAL, "/lacks", "a feature");
	print_diag(&d);
	diag_fail_cause(&d, DIAG_DETACH, EBUSY, "/own-cause", NULL, "said %s, %d", "so\n", 1);
	print_diag(&d);
	diag_fail_cause(&d, DIAG_DETACH, EBUSY, "/own-remedy", "call\033 the admin", "found out");
	print_diag(&d);
	diag_fail(&d, DIAG_DETACH, EBUSY, "/table");
	print_diag(&d);
	diag_fail(&d, DIAG_MEMORY, ENOMEM, NULL);
	print_diag(&d);
	diag_reset(&d);
	print_diag(&d);
}

int main(int argc, char *argv[])
{
	const char *mode = argc == 2 ? argv[1] : "";

	if (strcmp(mode, "check") == 0) {
		check_phrases();
		check_rows();
		check_texts();
	} else if (strcmp(mode, "texts") == 0) {
		print_texts();
	} else {
		fprintf(stderr, "usage: test_mntns_diagnose check|texts\n");
		return EXIT_FAILURE;
	}
	return problems ? EXIT_FAILURE : EXIT_SUCCESS;
}
