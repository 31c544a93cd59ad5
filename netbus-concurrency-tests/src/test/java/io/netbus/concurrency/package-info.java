/**
 * Runs the stress tests, which lie in the packages whose claims they check: {@link
 * io.netbus.concurrency.ConcurrencyTests}.
 */
@NullMarked
package io.netbus.concurrency;

import org.jspecify.annotations.NullMarked;
