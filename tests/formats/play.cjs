// Drives an interactive page and prints what a reader meets, as JSON. Arguments: the page, Chromium, folder of pictures.
const { chromium } = require("playwright-core");
const fs = require("fs");

const [, , page, browser, folder] = process.argv;
const texts = (p, node) => p.$$eval(`[data-node="${node}"] text`, all => all.map(text => text.textContent));

// Moves are drawn in the next frame.
const frame = p => p.evaluate(() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))));

(async () => {
  const found = { problems: [] };
  const opened = await chromium.launch({ executablePath: browser, args: ["--no-sandbox"] });
  const context = await opened.newContext({ viewport: { width: 1200, height: 900 } });
  const p = await context.newPage();
  p.on("console", message => found.problems.push(message.text()));
  p.on("pageerror", error => found.problems.push(error.message));
  p.on("request", request => { if (!request.url().startsWith("file:")) found.problems.push(request.url()); });
  await p.goto(`file://${page}`);
  found.overview = await texts(p, "w");
  found.reach = await p.$eval("#s1", slider => [slider.min, slider.max, slider.step, slider.value]);
  await p.keyboard.press("ArrowRight");
  found.first = [await p.textContent("#where"), await p.textContent("#numbers"), await texts(p, "s")];
  found.marked = await p.$$eval(".now[data-node]", all => all.map(group => group.dataset.node));
  const count = await p.evaluate(() => DATA.moments.length);
  const formula = () => p.$$eval("#formulas > div:not([hidden])", all => all.map(
    each => [each.querySelectorAll("[data-piece]").length, ...[...each.querySelectorAll("math")].filter(math => math.checkVisibility()).map(math => math.getAttribute("alttext"))]));
  found.formulas = await formula();
  for (let k = 1; k < count; k += 1) {
    await p.keyboard.press("ArrowRight");
    found.formulas.push(...await formula());
  }
  found.last = [await p.textContent("#where"), await p.textContent("#numbers"), await texts(p, "w")];
  await p.click("#back");
  found.back = await p.textContent("#where");
  await p.click("#all");
  await p.focus("#s2");
  await p.keyboard.press("ArrowRight");
  await frame(p);
  found.moved = await p.evaluate(() => [current.w, adjoint("w"), value("loss")]);
  await p.fill("#n0", "3");
  await frame(p);
  found.typed = [await texts(p, "w"), await p.textContent("#slope")];
  found.update = await p.evaluate(() => { $("reset").click(); $("update").click(); return [current.w, value("loss")]; });
  await p.click("#reset");
  await frame(p);
  await p.focus('[data-node="y_hat"]');
  found.hint = await p.textContent("#hint");
  await p.click("#quiz");
  found.hidden = await texts(p, "y_hat");
  const curve = () => p.$$eval("#line, #tangent, #point, #top", all => all.map(each => getComputedStyle(each).visibility === "visible"));
  found.curves = [await curve()];
  found.described = await p.textContent("#graph desc");
  const answers = ["", "seven", "-1", "1"];
  found.verdicts = [];
  for (const answer of answers) {
    await p.fill("#answer", answer);
    await p.press("#answer", "Enter");
    found.verdicts.push(await p.textContent("#verdict"));
  }
  const formulaShown = () => p.$$eval("#formulas > div:not([hidden]) math", all => all.filter(math => math.checkVisibility())
    .map(math => math.getAttribute("alttext")));
  found.asking = [];
  while ((await p.textContent("#where")) !== `step ${count} of ${count}: backward pass`) {
    await p.click("#next");
    if ((await p.textContent("#where")).startsWith("step 3")) {
      await p.fill("#answer", "1");
      await p.press("#answer", "Enter");
      found.curves.push(await curve());
    }
    if ((await p.textContent("#where")).startsWith("step 5")) {
      found.asking.push(await formulaShown());
      await p.fill("#answer", "1");
      await p.press("#answer", "Enter");
      found.asking.push(await formulaShown());
    }
  }
  for (const answer of ["1", "2", "-1", "-2"]) {
    await p.fill("#answer", answer);
    await p.press("#answer", "Enter");
    found.verdicts.push(await p.textContent("#verdict"));
  }
  found.curves.push(await curve());
  found.asked = await p.textContent("#slope");
  await p.click("#quiz");
  found.frame = await p.evaluate(async () => {
    const times = [];
    for (let k = 0; k < 40; k += 1) {
      const slider = $("s0"), start = performance.now();
      slider.value = String(Number(slider.min) + (k / 40) * (slider.max - slider.min));
      slider.dispatchEvent(new Event("input"));
      document.body.getBoundingClientRect();
      times.push(performance.now() - start);
    }
    return times.sort((a, b) => a - b)[20];
  });
  await p.emulateMedia({ media: "print" });
  found.printed = [await p.isVisible(".panels"), await p.$eval("details", each => getComputedStyle(each).contentVisibility)];
  await context.close();
  for (const [name, width, scheme] of [["light", 1200, "light"], ["phone", 375, "dark"]]) {
    const other = await opened.newContext({ viewport: { width, height: 800 }, colorScheme: scheme, bypassCSP: true });
    const q = await other.newPage();
    // Far out of sight, the solution is not painted; it is as soon as one comes near it.
    await q.setViewportSize({ width, height: 200 });
    await q.goto(`file://${page}`);
    found[`${name} width`] = await q.evaluate(() => document.documentElement.scrollWidth);
    found[`${name} painted`] = await q.evaluate(async () => {
      const line = document.querySelector("details li"), isPainted = () => line.checkVisibility({ contentVisibilityAuto: true });
      const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
      await drawn();
      const before = isPainted();
      document.querySelector("details").scrollIntoView();
      await drawn();
      scrollTo(0, 0);
      return [before, isPainted()];
    });
    await q.setViewportSize({ width, height: 800 });
    if (folder) await q.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
    await q.evaluate(fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
    found[`${name} axe`] = (await q.evaluate(() => axe.run())).violations.map(each => each.id);
    await other.close();
  }
  await opened.close();
  console.log(JSON.stringify(found));
})();
