/**
 * The starter: a list of dependencies without code. Its beans come from {@code netbus-autoconfigure}.
 */
@NullMarked
package io.netbus.starter;

import org.jspecify.annotations.NullMarked;
