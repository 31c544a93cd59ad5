package io.netbus.sample;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;

/**
 * Opens bytes as JSON, token by token and never as a tree. Strict: UTF-8 and nothing else, nesting and numbers bounded.
 * Keeps its working memory from text to text. <b>Threads:</b> one at a time, and one parser at a time.
 */
final class JsonText {

    /** Deepest nesting that is taken; GitHub's deepest payload has a tenth of it. */
    static final int MAX_DEPTH = 200;

    private static final int MAX_REASON = 160;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(Integer.MAX_VALUE) // the event's size is the bound
                    .build())
            .build();

    /*
     * Decoding comes first because it is the strict check of UTF-8, which a parser of bytes leaves out where it skips,
     * and because such a parser guesses the encoding from the first bytes.
     */
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private CharBuffer chars = CharBuffer.allocate(16 * 1024);

    /**
     * Opens a text.
     *
     * @throws CharacterCodingException if the bytes are not UTF-8
     */
    JsonParser open(byte[] bytes, int offset, int length) throws CharacterCodingException {
        if (chars.capacity() < length) {
            chars = CharBuffer.allocate(Math.max(length, 2 * chars.capacity()));
        }
        chars.clear();
        utf8.reset();
        var result = utf8.decode(ByteBuffer.wrap(bytes, offset, length), chars, true);
        if (result.isError()) {
            result.throwException();
        }
        return JSON.createParser(ObjectReadContext.empty(), chars.array(), 0, chars.position());
    }

    /** The whole number a parser stands on; null if 64 bits do not hold it. */
    static @Nullable Long asLong(JsonParser parser) {
        JsonParser.NumberType type = parser.getNumberType();
        boolean fits = type == JsonParser.NumberType.INT || type == JsonParser.NumberType.LONG;
        return fits ? parser.getLongValue() : null;
    }

    /** What is wrong with a text, fit to be shown. */
    static String reason(JacksonException e) {
        boolean isTold = e instanceof StreamReadException || e instanceof StreamConstraintsException;
        String message = isTold ? e.getOriginalMessage() : "it cannot be read";
        String line = message.lines().findFirst().orElse("").replaceAll("\\p{Cntrl}", "?");
        line = line.replaceFirst(" \\((start marker|for \\w+ starting) at .*", ""); // within a source it does not name
        line = line.replaceFirst(": enable `.*| \\(not recognized as one since .*", ""); // a setting we do not offer
        line = line.replaceFirst(", from `[^`]*`\\)", ")"); // a bound's place in the parser's settings
        String reason = line.length() <= MAX_REASON ? line : line.substring(0, MAX_REASON) + "…";
        return "not well-formed JSON: " + reason + place(e.getLocation());
    }

    /** A text beyond a limit has none. */
    private static String place(@Nullable TokenStreamLocation location) {
        return location == null ? "" : " (character " + (location.getCharOffset() + 1) + ")";
    }
}
