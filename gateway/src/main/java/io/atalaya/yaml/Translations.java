package io.atalaya.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** The same text in further languages: {@code titles: {es: …}} beside {@code title: …}. Pure functions. */
public final class Translations {
    /** A language, perhaps with its region (RFC 5646 section 2.2): {@code es}, {@code pt-BR}. */
    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}(-[A-Z]{2})?");

    private Translations() {}

    /** Texts by language, in the order written; none when the key is missing. */
    public static Map<String, String> read(Fields fields, String key, Pattern text, Problems problems) {
        var texts = new LinkedHashMap<String, String>();
        fields.optional(key)
                .ifPresent(node -> Fields.named(node, problems).forEach((language, member) -> {
                    if (!LANGUAGE.matcher(language).matches()) {
                        problems.add(member.key(), language, "a language, such as es or pt-BR");
                    } else if (member.value() instanceof Node.Text said
                            && text.matcher(said.text()).matches()) {
                        texts.put(language, said.text());
                    } else {
                        problems.add(member.value().place(), member.value().describe(), "the text in that language");
                    }
                }));
        return Collections.unmodifiableMap(texts);
    }
}
