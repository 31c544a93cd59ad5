package io.netbus.sample;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** Reads query parameters; a bad one is named together with what is allowed. */
final class Parameters {

    private Parameters() {}

    /** Refuses a parameter that is none of these: whoever misspells one would believe that it was heeded. */
    static void requireOnly(HttpServletRequest request, String... known) {
        for (String name : Collections.list(request.getParameterNames())) {
            if (!List.of(known).contains(name)) {
                throw DeskProblem.of(
                        HttpStatus.BAD_REQUEST,
                        "Unknown parameter " + DeskProblem.echo(name) + "; there is " + String.join(", ", known) + ".");
            }
        }
    }

    /** A whole number from 1 to {@code max}; {@code missing} if it is left out. */
    static int limit(@Nullable String text, int missing, int max) {
        if (text == null) {
            return missing;
        }
        boolean isNumber = text.matches("\\d{1,9}");
        int limit = isNumber ? Integer.parseInt(text) : 0;
        if (limit < 1 || limit > max) {
            throw DeskProblem.badParameter("limit", text, "a whole number from 1 to " + max);
        }
        return limit;
    }

    /** The constant that is named in lower case; null if it is left out. */
    static <E extends Enum<E>> @Nullable E oneOf(String name, @Nullable String text, Class<E> type) {
        if (text == null) {
            return null;
        }
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> lower(constant).equals(text))
                .findFirst()
                .orElseThrow(() -> DeskProblem.badParameter(name, text, allowed(type)));
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static String allowed(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants()).map(Parameters::lower).collect(Collectors.joining(" or "));
    }
}
