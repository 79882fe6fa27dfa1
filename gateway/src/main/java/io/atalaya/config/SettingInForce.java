package io.atalaya.config;

import java.util.regex.Pattern;

/**
 * One setting as the gateway runs with it, fit to be shown. Immutable; holds no secret.
 *
 * @param key as in the settings file
 * @param value as it was written; {@value #HIDDEN} for a secret, empty where nothing is set and there is no default
 * @param from where it was written: the file with its line, {@code environment}, {@code command line} or {@code default}
 */
public record SettingInForce(String key, String value, String from) {
    /** Stands for every secret that is set. */
    public static final String HIDDEN = "(hidden)";

    private static final Pattern USER_INFO = Pattern.compile("://[^/@\\s]*@");

    /** @param text as it was written; a password in a URL is taken out, and all of it where the setting is a secret */
    static SettingInForce of(Setting<?> setting, String text, String from) {
        String shown = setting.secret() && !text.isEmpty() ? HIDDEN : withoutPassword(text);
        return new SettingInForce(setting.key(), shown, from);
    }

    private static String withoutPassword(String text) {
        return USER_INFO.matcher(text).replaceAll("://" + HIDDEN + "@");
    }
}
