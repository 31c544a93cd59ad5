// Building and changing the page: elements, text and keyed rows. Payload text only ever becomes text nodes.

export const byId = (id) => document.getElementById(id);

/** Makes an element; props are attributes, children are nodes or strings. */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Writes only what differs, so that an unchanged figure costs no layout and no announcement. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/** Makes the rows of parent match items, in order, reusing the row of each key. */
export function syncRows(parent, items, { key, create, update }) {
  const wanted = new Set(items.map(key));
  const rows = new Map();
  for (const row of [...parent.children]) {
    if (wanted.has(row.dataset.key)) {
      rows.set(row.dataset.key, row);
    } else {
      row.remove();
    }
  }
  items.forEach((item, index) => {
    const row = rows.get(key(item)) ?? create(item);
    row.dataset.key = key(item);
    update(row, item);
    const present = parent.children[index];
    if (present !== row) {
      parent.insertBefore(row, present ?? null);
    }
  });
}

/** Shows a message beside an input and marks the input; an empty message clears both. */
export function showError(output, message, ...inputs) {
  setText(output, message);
  for (const input of inputs) {
    input.toggleAttribute('data-invalid', message !== '');
    input.setAttribute('aria-invalid', String(message !== ''));
  }
}

export const prefersReducedMotion = () => matchMedia('(prefers-reduced-motion: reduce)').matches;
