/** What is wrong with a drawn SVG: text or marks outside its frame, marks without extent. For tests, in a browser. */
export function run(charts: Readonly<Record<string, string>>): string[] {
  const problems: string[] = [];
  const host = document.createElement('div');
  document.documentElement.append(host);
  for (const [name, text] of Object.entries(charts)) {
    host.innerHTML = text;
    const svg = host.querySelector('svg');
    if (svg === null) {
      problems.push(`${name}: no SVG`);
      continue;
    }
    const frame = svg.getBoundingClientRect();
    const outside = ({ left, right, top, bottom }: DOMRect) =>
      left < frame.left - 1 || right > frame.right + 1 || top < frame.top - 1 || bottom > frame.bottom + 1;
    for (const label of svg.querySelectorAll('text')) {
      const box = label.getBoundingClientRect();
      if (label.textContent !== '' && outside(box)) problems.push(`${name}: '${label.textContent}' is cut`);
      if (label.textContent?.endsWith('…') === true)
        problems.push(`${name}: '${label.textContent}' is shortened`);
    }
    const marks = [
      ...svg.querySelectorAll('.mark-line path, .mark-symbol path, .mark-rect path, .mark-area path, image'),
    ].filter((mark) => mark.closest('.role-axis, .role-legend, .role-axis-grid') === null);
    if (marks.length === 0) problems.push(`${name}: nothing is drawn`);
    for (const mark of marks) {
      const box = mark.getBoundingClientRect();
      if (Math.max(box.width, box.height) < 1) problems.push(`${name}: a mark has no extent`);
      if (outside(box)) problems.push(`${name}: a mark lies outside the frame`);
    }
  }
  return problems;
}
