package io.netbus.consume;

import java.math.BigInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/** How JSON is read here, and when two of its numbers are the same. */
final class Json {

    /** A payload nested deeper is not read. */
    static final int MAX_PAYLOAD_DEPTH = 1_000;

    /** A number of more characters is not read, so that no number costs more than its length. */
    static final int MAX_NUMBER_CHARS = 1_000;

    /*
     * A parser remembers names for the next one, which is what makes it fast. So that hostile names neither fill the
     * memory nor skew that table, it is thrown away whenever payloads of this size have gone through it.
     */
    private static final long NAMES_KEPT_FOR_BYTES = 16L << 20;

    private static volatile Names names = new Names();

    private static final int LONG_SAFE_DIGITS = 17;

    private Json() {}

    /** A parser for a payload: UTF-8 alone. */
    static JsonParser payload(byte[] bytes, int offset, int length) {
        Names known = names;
        if (known.bytes.addAndGet(length) > NAMES_KEPT_FOR_BYTES) {
            known = new Names();
            names = known;
        }
        return known.factory.createParser(ObjectReadContext.empty(), bytes, offset, length);
    }

    static JsonFactory factory(int maxDepth) {
        return JsonFactory.builder()
                .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
                .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
                .disable(TokenStreamFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                .recyclerPool(JsonRecyclerPools.newConcurrentDequePool())
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        .maxNumberLength(MAX_NUMBER_CHARS)
                        .maxNameLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .build();
    }

    /**
     * A text that is the same for numbers of the same value: digits without zeros at either end, and a power of ten. Exact,
     * and never more work than the number is long: {@code 1e999999999} is not written out.
     *
     * @param number as JSON writes it, at most {@link #MAX_NUMBER_CHARS} characters
     */
    static String canonicalNumber(String number) {
        boolean negative = number.charAt(0) == '-';
        int mantissaStart = negative ? 1 : 0;
        int mantissaEnd = mantissaStart;
        int fraction = 0;
        boolean behindPoint = false;
        StringBuilder digits = new StringBuilder(number.length() + 8);
        for (; mantissaEnd < number.length(); mantissaEnd++) {
            char c = number.charAt(mantissaEnd);
            if (c == '.') {
                behindPoint = true;
            } else if (c == 'e' || c == 'E') {
                break;
            } else {
                fraction += behindPoint ? 1 : 0;
                if (c != '0' || digits.length() > 0) {
                    digits.append(c);
                }
            }
        }
        if (digits.length() == 0) {
            return "0";
        }
        int significant = digits.length();
        while (digits.charAt(significant - 1) == '0') {
            significant--;
        }
        long shift = (long) digits.length() - significant - fraction;
        digits.setLength(significant);
        if (negative) {
            digits.insert(0, '-');
        }
        digits.append('E');
        if (mantissaEnd == number.length()) {
            return digits.append(shift).toString();
        }
        int exponentStart = mantissaEnd + 1;
        if (number.charAt(exponentStart) == '+') {
            exponentStart++;
        }
        if (number.length() - exponentStart <= LONG_SAFE_DIGITS) {
            return digits.append(Long.parseLong(number, exponentStart, number.length(), 10) + shift)
                    .toString();
        }
        return digits.append(new BigInteger(number.substring(exponentStart)).add(BigInteger.valueOf(shift)))
                .toString();
    }

    private static final class Names {
        final JsonFactory factory = factory(MAX_PAYLOAD_DEPTH);
        final AtomicLong bytes = new AtomicLong();
    }
}
