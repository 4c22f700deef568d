/* Asks libical whether calendar files keep the presence tables of RFC 5546.
 *
 * libical_check FILE...    prints one line for each file, for example
 * parsed=1 restriction_ok=1 errors_before=0 errors_after=0 attendees=1 method=REQUEST
 *
 * icalrestriction_check records what it dislikes as X-LIC-ERROR properties; some of them do not change its
 * answer, so both the answer and the number of those properties are printed.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static char *contents(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size;
    char *text;

    if (file == NULL) {
        return NULL;
    }
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = malloc((size_t)size + 1);
    if (text != NULL) {
        size_t got = fread(text, 1, (size_t)size, file);
        text[got] = '\0';
    }
    fclose(file);
    return text;
}

static int attendees(icalcomponent *calendar)
{
    int found = 0;
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);

    while (event != NULL) {
        found += icalcomponent_count_properties(event, ICAL_ATTENDEE_PROPERTY);
        event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT);
    }
    return found;
}

static void print_errors(icalcomponent *component)
{
    icalproperty *property = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    icalcomponent *part = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);

    while (property != NULL) {
        fprintf(stderr, "  %s\n", icalproperty_get_xlicerror(property));
        property = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY);
    }
    while (part != NULL) {
        print_errors(part);
        part = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT);
    }
}

static int judge(const char *path)
{
    char *text = contents(path);
    icalcomponent *calendar;
    int before, ok;

    if (text == NULL) {
        fprintf(stderr, "cannot read %s\n", path);
        return 1;
    }
    calendar = icalparser_parse_string(text);
    free(text);
    if (calendar == NULL) {
        printf("parsed=0\n");
        return 0;
    }
    before = icalcomponent_count_errors(calendar);
    ok = icalrestriction_check(calendar);
    printf("parsed=1 restriction_ok=%d errors_before=%d errors_after=%d attendees=%d method=%s\n", ok, before,
           icalcomponent_count_errors(calendar), attendees(calendar),
           icalproperty_method_to_string(icalcomponent_get_method(calendar)));
    print_errors(calendar);
    icalcomponent_free(calendar);
    return 0;
}

int main(int count, char **arguments)
{
    int failed = 0;

    /* Bad input is what we came to judge; it must not end the program. */
    icalerror_set_errors_are_fatal(0);
    for (int i = 1; i < count; i++) {
        failed |= judge(arguments[i]);
    }
    return failed;
}
