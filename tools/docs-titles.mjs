// A plugin of TypeDoc: guides stand in the navigation and in the search under their titles, not under the names of their files.
import { Converter } from 'typedoc';

export function load(app) {
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, document) => {
    const [first] = document.content;
    const title = /^# (.+)$/m.exec(first?.text ?? '')?.[1];
    if (title === undefined) throw new Error(`${document.name}: a guide begins with its title, '# Title'`);
    document.name = title;
    first.text = first.text.replace(/^# .+\n+/, ''); // the page shows its title by itself
  });
}
