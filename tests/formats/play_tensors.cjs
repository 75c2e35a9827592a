// Drives an interactive page of tensors and prints what a reader meets, as JSON. Arguments: the page, Chromium.
const { chromium } = require("playwright-core");
const fs = require("fs");

const [, , page, browser] = process.argv;
const frame = p => p.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))));
const cells = (p, node, role) =>
  p.$$eval(`[data-node="${node}"] [data-role="${role}"] tspan`, all => all.map(cell => cell.textContent));

(async () => {
  const found = { problems: [], axe: [] };
  const opened = await chromium.launch({ executablePath: browser, args: ["--no-sandbox"] });
  const p = await opened.newPage({ viewport: { width: 1200, height: 900 } });
  p.on("console", message => found.problems.push(message.text()));
  p.on("pageerror", error => found.problems.push(error.message));
  p.on("request", request => { if (!request.url().startsWith("file:")) found.problems.push(request.url()); });
  await p.goto(`file://${page}`);
  found.box = [await cells(p, "Z", "value"), await cells(p, "W", "adjoint")];
  await p.keyboard.press("ArrowRight");
  found.first = [await p.textContent("#where"), await p.textContent("#numbers"), await cells(p, "W", "adjoint")];
  await p.click("#all");
  await p.selectOption("#e1", "1");
  await p.fill("#n1", "3");
  await frame(p);
  found.moved = await p.evaluate(() => [[...current.W], [...adjoint("W")], value("L")]);
  await p.selectOption("#along", "W");
  await p.selectOption("#place", "3");
  found.slope = [await p.textContent("#slope"), await p.evaluate(() => adjoint("W")[3])];
  await p.click("#reset");
  await p.click("#update");
  found.update = await p.evaluate(() => [...current.W]);
  await p.click("#reset");
  await frame(p);
  await p.focus('[data-node="Z"]');
  found.hint = await p.textContent("#hint");
  await p.click("#quiz");
  found.verdicts = [];
  const answer = async (entry, ...answers) => {
    await p.selectOption("#entry", entry);
    for (const text of answers) {
      await p.fill("#answer", text);
      await p.press("#answer", "Enter");
      found.verdicts.push(await p.textContent("#verdict"));
    }
  };
  await answer("all", "1 2", "1 2; 3 x", "3 0; 5 3", "3 5; 7 9", "[[3, 5], [7, 11]]");
  while (!(await p.textContent("#formulas > div:not([hidden])")).includes("∂W")) await p.click("#next");
  await answer("all", "34 54; 74 118", "-48 -76; -68 -108");
  await answer("1", found.box[1][1]);
  await p.click("#quiz");
  for (const [width, scheme] of [[1200, "light"], [375, "dark"]]) {
    const other = await opened.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, bypassCSP: true });
    const q = await other.newPage();
    await q.goto(`file://${page}`);
    await q.keyboard.press("ArrowRight");
    found[`width ${width}`] = await q.evaluate(() => document.documentElement.scrollWidth);
    await q.evaluate(fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    found.axe.push(...(await q.evaluate(() => axe.run())).violations.map(each => each.id));
    await other.close();
  }
  await opened.close();
  console.log(JSON.stringify(found));
})();
