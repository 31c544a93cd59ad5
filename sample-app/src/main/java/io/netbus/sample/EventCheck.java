package io.netbus.sample;

import java.nio.charset.CharacterCodingException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Decides whether bytes are an event, and by what it is keyed: {@code payload.repository.full_name}, or without one
 * {@code issue/} and {@code payload.issue.id}, or nothing. Events of one key lie in one shard and so keep their order;
 * those of an issue need it even where nobody says which repository it is in.
 * <p>
 * Where an object has a key twice, the last one counts, as it does to most parsers. <b>Threads:</b> one at a time.
 */
final class EventCheck {

    /** Longest key in characters; a repository's name has at most 140. */
    private static final int MAX_KEY = 500;

    private final JsonText json = new JsonText();

    /**
     * What was found.
     *
     * @param key the repository's full name, else the issue's key; null without either
     * @param fault why the bytes are no event; null if they are one
     */
    record Result(@Nullable String key, @Nullable String fault) {

        private static Result keyed(@Nullable String key) {
            return new Result(key, null);
        }

        private static Result faulty(String fault) {
            return new Result(null, fault);
        }
    }

    /** Expects an object with a string "event" and an object "payload", among whatever else. */
    Result event(byte[] bytes, int offset, int length) {
        return check(bytes, offset, length, EventCheck::readEvent);
    }

    /** Expects any JSON value, which is to become an event's payload. */
    Result payload(byte[] bytes) {
        return check(bytes, 0, bytes.length, EventCheck::readPayload);
    }

    private Result check(byte[] bytes, int offset, int length, Reader reader) {
        try (JsonParser parser = json.open(bytes, offset, length)) {
            Result result = reader.read(parser, parser.nextToken());
            if (result.fault() == null && parser.nextToken() != null) {
                return Result.faulty("not well-formed JSON: more than one value");
            }
            return result;
        } catch (CharacterCodingException e) {
            return Result.faulty("not UTF-8");
        } catch (JacksonException e) {
            return Result.faulty(JsonText.reason(e));
        }
    }

    private interface Reader {
        Result read(JsonParser parser, @Nullable JsonToken first);
    }

    private static Result readEvent(JsonParser parser, @Nullable JsonToken first) {
        if (first != JsonToken.START_OBJECT) {
            return Result.faulty("not a JSON object");
        }
        JsonToken event = null;
        JsonToken payload = null;
        String key = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("event")) {
                event = value;
            } else if (name.equals("payload")) {
                payload = value;
                key = value == JsonToken.START_OBJECT ? keyOf(parser) : null;
            }
            parser.skipChildren();
        }
        String fault = fault("event", event, JsonToken.VALUE_STRING, "a string");
        if (fault == null) {
            fault = fault("payload", payload, JsonToken.START_OBJECT, "an object");
        }
        return fault == null ? Result.keyed(key) : Result.faulty(fault);
    }

    /** What is wrong with a member; null if nothing is. */
    private static @Nullable String fault(
            String name, @Nullable JsonToken found, JsonToken expected, String described) {
        if (found == expected) {
            return null;
        }
        return '"' + name + (found == null ? "\" is missing" : "\" is not " + described);
    }

    private static Result readPayload(JsonParser parser, @Nullable JsonToken first) {
        if (first == null) {
            return Result.faulty("not well-formed JSON: no value");
        }
        if (first == JsonToken.START_OBJECT) {
            return Result.keyed(keyOf(parser));
        }
        parser.skipChildren();
        return Result.keyed(null);
    }

    /** Reads a payload, from behind its start to its end. */
    private static @Nullable String keyOf(JsonParser parser) {
        String repository = null;
        String issue = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (name.equals("repository")) {
                repository = value == JsonToken.START_OBJECT ? fullNameOf(parser) : null;
            } else if (name.equals("issue")) {
                issue = value == JsonToken.START_OBJECT ? issueKeyOf(parser) : null;
            }
            parser.skipChildren();
        }
        return repository != null ? repository : issue;
    }

    private static @Nullable String fullNameOf(JsonParser parser) {
        String fullName = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean isFullName = parser.currentName().equals("full_name");
            JsonToken value = parser.nextToken();
            if (isFullName) {
                fullName = value == JsonToken.VALUE_STRING ? asKey(parser.getString()) : null;
            }
            parser.skipChildren();
        }
        return fullName;
    }

    private static @Nullable String issueKeyOf(JsonParser parser) {
        Long id = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            boolean isId = parser.currentName().equals("id");
            JsonToken value = parser.nextToken();
            if (isId) {
                id = value == JsonToken.VALUE_NUMBER_INT ? JsonText.asLong(parser) : null;
            }
            parser.skipChildren();
        }
        return id == null ? null : "issue/" + id;
    }

    private static @Nullable String asKey(String fullName) {
        return fullName.isEmpty() || fullName.length() > MAX_KEY ? null : fullName;
    }
}
