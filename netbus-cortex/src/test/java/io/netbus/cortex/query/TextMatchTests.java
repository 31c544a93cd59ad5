package io.netbus.cortex.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextMatchTests {

    @ParameterizedTest
    @CsvSource({
        "Write the invoice, INVOICE",
        "Write the invoice, write",
        "straße, STRASSE",
        "STRASSE, straße",
        "STRAẞE, strasse",
        "ΟΔΟΣ, οδος",
        "οδος, ΟΔΟΣ",
        "οδοσ ανοιχτη, ΟΔΟς",
        "300 \u212A, 300 k",
        "300 K, \u212A",
        "\u212Bngström, ångström",
        "ÇA VA, ça",
        "\uFB01le, FILE",
        "\u01C4, \u01C6",
        "İstanbul, i\u0307stanbul",
        "ISTANBUL, istanbul",
        "ışık, ışık",
        "ЁЖИК, ёжик",
        "\uD801\uDC00, \uD801\uDC28",
    })
    void findsWhateverTheCase(String text, String needle) {
        assertThat(TextMatch.containing(needle).matches(text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "ISTANBUL, \u0131stanbul",
        "\u0131stanbul, ISTANBUL",
        "write, wrote",
        "short, shorter",
        "caf\u00E9, cafe",
    })
    void doesNotFindWhatIsNotThere(String text, String needle) {
        assertThat(TextMatch.containing(needle).matches(text)).isFalse();
    }

    @Test
    void anEmptyNeedleIsInEveryText() {
        assertThat(TextMatch.containing("").matches("")).isTrue();
        assertThat(TextMatch.containing("").matches("a")).isTrue();
    }

    @Test
    void matchesAreEqualWhenTheirNeedlesDifferInCaseOnly() {
        assertThat(TextMatch.containing("ΟΔΟΣ"))
                .isEqualTo(TextMatch.containing("οδος"))
                .hasSameHashCodeAs(TextMatch.containing("οδος"));
        assertThat(TextMatch.containing("a")).isNotEqualTo(TextMatch.containing("b"));
    }

    @Test
    void everyCodePointFindsItsOwnCases() {
        for (int codePoint = 1; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (Character.isDefined(codePoint) && codePoint != 0x131 && codePoint != 0x130) {
                String text = Character.toString(codePoint);
                assertThat(TextMatch.containing(Character.toString(Character.toUpperCase(codePoint)))
                                .matches(text))
                        .as("upper case of U+%04X", codePoint)
                        .isTrue();
                assertThat(TextMatch.containing(Character.toString(Character.toLowerCase(codePoint)))
                                .matches(text))
                        .as("lower case of U+%04X", codePoint)
                        .isTrue();
            }
        }
    }

    @Test
    void aLimitBelowOneIsRefused() {
        assertThatThrownBy(() -> new Limit(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("limit=0")
                .hasMessageContaining("count");
    }
}
