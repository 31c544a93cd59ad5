package io.netbus.sample;

import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * What the desk reads of a stored event about an issue.
 *
 * @param action empty if there is none
 * @param title null if there is no text that can be one; never longer than a task's may be
 */
record IssueEvent(long id, String action, @Nullable String title) {

    private static final int MAX_TITLE_BYTES = 4096;
    private static final int MAX_ACTION = 100;

    /** Reads an event; null if it is not about an issue, or does not say which. */
    static @Nullable IssueEvent read(byte[] data, JsonText json) {
        try (JsonParser parser = json.open(data, 0, data.length)) {
            return parser.nextToken() == JsonToken.START_OBJECT ? new Reader(parser).event() : null;
        } catch (CharacterCodingException | JacksonException e) {
            return null;
        }
    }

    /** Collects the fields; the last one counts where a key is there twice. */
    private static final class Reader {

        private final JsonParser parser;
        private boolean isIssues;
        private @Nullable Long id;
        private String action = "";
        private @Nullable String title;

        private Reader(JsonParser parser) {
            this.parser = parser;
        }

        private @Nullable IssueEvent event() {
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("event")) {
                    isIssues = value == JsonToken.VALUE_STRING && "issues".equals(parser.getString());
                } else if (name.equals("payload")) {
                    payload(value);
                }
                parser.skipChildren();
            }
            return isIssues && id != null ? new IssueEvent(id, action, title) : null;
        }

        private void payload(JsonToken start) {
            action = "";
            issue(null);
            if (start != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("action")) {
                    String text = value == JsonToken.VALUE_STRING ? parser.getString() : "";
                    action = text.length() <= MAX_ACTION ? text : "";
                } else if (name.equals("issue")) {
                    issue(value);
                }
                parser.skipChildren();
            }
        }

        private void issue(@Nullable JsonToken start) {
            id = null;
            title = null;
            if (start != JsonToken.START_OBJECT) {
                return;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("id")) {
                    id = value == JsonToken.VALUE_NUMBER_INT ? JsonText.asLong(parser) : null;
                } else if (name.equals("title")) {
                    title = value == JsonToken.VALUE_STRING ? asTitle(parser.getString()) : null;
                }
                parser.skipChildren();
            }
        }
    }

    /** Makes a text a title: halves of surrogate pairs are replaced, and what is too long is cut between characters. */
    private static @Nullable String asTitle(String text) {
        StringBuilder title = new StringBuilder(Math.min(text.length(), MAX_TITLE_BYTES));
        int bytes = 0;
        for (int i = 0; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            int whole =
                    codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE ? '\uFFFD' : codePoint;
            bytes += whole < 0x80 ? 1 : whole < 0x800 ? 2 : whole < 0x10000 ? 3 : 4;
            if (bytes > MAX_TITLE_BYTES) {
                break;
            }
            title.appendCodePoint(whole);
        }
        return title.isEmpty() ? null : title.toString();
    }
}
