@NullMarked
package io.netbus.spring;

import org.jspecify.annotations.NullMarked;
