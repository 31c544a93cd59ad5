package io.netbus.cortex.query;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Whether a text contains another, whatever their case.
 * <p>
 * <b>Definition:</b> both are folded code point by code point as Unicode's full case folding says (lower, then upper,
 * then lower case, in no locale), and the folded text must contain the folded needle. So {@code STRASSE} finds {@code
 * straße}, a final {@code ς} is a {@code Σ}, and the Kelvin sign is a {@code k}. The dotless {@code ı} is a letter of
 * its own and never an {@code i}; {@code İ} is an {@code i} with a dot above. Texts are not normalized: an {@code é} of
 * one code point is not one of two. An empty needle is in every text.
 */
public final class TextMatch {

    private static final int DOTLESS_I = 0x131;
    private static final int DOTTED_CAPITAL_I = 0x130;
    private static final String FOLDED_DOTTED_CAPITAL_I = "i\u0307";
    private static final int ASCII_END = 0x80;

    private final String needle; // folded

    private TextMatch(String needle) {
        this.needle = needle;
    }

    /** Matches the texts that contain {@code needle}. */
    public static TextMatch containing(String needle) {
        return new TextMatch(fold(needle));
    }

    /** Whether that text matches. */
    public boolean matches(String text) {
        return fold(text).contains(needle);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TextMatch match && needle.equals(match.needle);
    }

    @Override
    public int hashCode() {
        return needle.hashCode();
    }

    /** The folded needle in quotes. */
    @Override
    public String toString() {
        return '"' + needle + '"';
    }

    private static String fold(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ASCII_END || (c >= 'A' && c <= 'Z')) {
                return foldFrom(i, text);
            }
        }
        return text;
    }

    private static String foldFrom(int start, String text) {
        StringBuilder folded = new StringBuilder(text.length() + 8).append(text, 0, start);
        for (int i = start; i < text.length(); ) {
            int codePoint = text.codePointAt(i);
            i += Character.charCount(codePoint);
            if (codePoint < ASCII_END) {
                folded.append((char) (codePoint >= 'A' && codePoint <= 'Z' ? codePoint + ('a' - 'A') : codePoint));
            } else {
                appendFolded(folded, codePoint);
            }
        }
        return folded.toString();
    }

    /** One by one, because lower-casing a whole text makes a sigma depend on its place in the word. */
    private static void appendFolded(StringBuilder folded, int codePoint) {
        if (codePoint == DOTLESS_I) {
            folded.append((char) DOTLESS_I);
        } else if (codePoint == DOTTED_CAPITAL_I) {
            folded.append(FOLDED_DOTTED_CAPITAL_I);
        } else {
            String upper = Character.toString(Character.toLowerCase(codePoint)).toUpperCase(Locale.ROOT);
            upper.codePoints().forEach(each -> folded.appendCodePoint(Character.toLowerCase(each)));
        }
    }
}
