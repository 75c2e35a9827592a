// Has Mermaid itself draw a flowchart, and prints what stands in the picture. Arguments: a file with the flowchart, Chromium.
const { chromium } = require("playwright-core");
const fs = require("fs");

const [, , file, browser] = process.argv;

(async () => {
  const opened = await chromium.launch({ executablePath: browser, args: ["--no-sandbox"] });
  const page = await opened.newPage();
  await page.addScriptTag({ path: require.resolve("mermaid/dist/mermaid.min.js") });
  const found = await page.evaluate(async text => {
    mermaid.initialize({ startOnLoad: false });
    const { svg } = await mermaid.render("drawn", text);
    document.body.innerHTML = svg;
    const texts = query => [...document.querySelectorAll(query)].map(each => each.textContent.trim());
    const boxes = query => [...document.querySelectorAll(query)].map(each => each.getBoundingClientRect());
    const frames = boxes(".cluster").map(frame => boxes(".node").filter(node =>
      frame.left <= node.left && node.right <= frame.right && frame.top <= node.top && node.bottom <= frame.bottom).length);
    return {
      nodes: texts(".node"), edges: document.querySelectorAll("path.flowchart-link").length,
      bands: texts(".cluster-label"), inside: frames,
    };
  }, fs.readFileSync(file, "utf8"));
  await opened.close();
  console.log(JSON.stringify(found));
})();
