/** Single operations under JMH; each class holds the baseline its figures are read against. */
@NullMarked
package io.netbus.benchmark.jmh;

import org.jspecify.annotations.NullMarked;
