package io.atalaya.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atalaya.event.TenantId;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiKeysTest {
    private final ApiKeys keys = new ApiKeys(Map.of("k1", "1", "k2=x", "2", "all", "*"));

    @Test
    void knowsTheTenantOfAKey() {
        assertThat(keys.scopeOf("Bearer k2=x"))
                .hasValueSatisfying(
                        scope -> assertThat(scope.permits(new TenantId("2"))).isTrue())
                .hasValueSatisfying(
                        scope -> assertThat(scope.permits(new TenantId("1"))).isFalse());
        assertThat(keys.scopeOf("bearer  all"))
                .hasValueSatisfying(
                        scope -> assertThat(scope.permits(new TenantId("9"))).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "k1", "Basic k1", "Bearer", "Bearer ", "Bearer k", "Bearer K1", "Bearer k1 k1"})
    void knowsNobodyElse(String authorization) {
        assertThat(keys.scopeOf(authorization)).isEmpty();
    }

    @Test
    void refusesATenantThatCannotBeOne() {
        assertThatThrownBy(() -> new ApiKeys(Map.of("k", "a b"))).isInstanceOf(IllegalArgumentException.class);
    }
}
