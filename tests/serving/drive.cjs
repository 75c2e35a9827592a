// Drives the page of `serve` and prints what a reader meets, as JSON. Arguments: its address, Chromium.
const { chromium } = require("playwright-core");
const fs = require("fs");

const [, , address, executablePath] = process.argv;
const settled = page => page.waitForFunction(() => !document.getElementById("solution").classList.contains("old"));

(async () => {
  const found = { problems: [], axe: [], overflow: [] };
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--no-proxy-server"] });
  const context = await browser.newContext({ viewport: { width: 1300, height: 800 }, acceptDownloads: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.on("console", message => found.problems.push(message.text()));
  page.on("pageerror", error => found.problems.push(error.message));
  page.on("request", request => {
    if (!request.url().startsWith(address) && !/^(about|blob):/.test(request.url())) found.problems.push(request.url());
  });
  await page.goto(address);
  const frame = page.frameLocator("#solution");
  await frame.locator("text=Answer").waitFor();

  // An error while one types, and the way to its place by keyboard.
  await page.fill("#text", "Given x = 1, w = 2\nz = w*x\nloss = (z - 1 + foo)^2\nFind dloss/dw\n");
  await page.locator("#said.wrong").waitFor();
  found.error = (await page.innerText("#said")).split("\n")[0];
  found.marked = [await page.innerText("#marks .wrong"), await page.textContent("#marks mark")];
  await page.focus("#said .place");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Shift+End");
  await page.keyboard.type("0)^2");
  await settled(page);
  found.mended = (await page.inputValue("#text")).split("\n")[2];
  found.said = await page.innerText("#said");

  // The reader's place stays while the solution changes.
  await page.selectOption("#layout", "lesson");
  await frame.locator("text=PyTorch").first().waitFor();
  await page.evaluate(() => document.getElementById("solution").contentWindow.scrollTo(0, 300));
  await page.locator("#text").press("Control+End");
  await page.keyboard.type("\n");
  await page.waitForTimeout(50);
  await settled(page);
  found.scrolled = await page.evaluate(() => document.getElementById("solution").contentWindow.scrollY);

  found.files = [];
  for (const format of ["pdf", "tex", "numpy"]) {
    const [file] = await Promise.all([page.waitForEvent("download"), page.selectOption("#download", format)]);
    found.files.push([file.suggestedFilename(), fs.readFileSync(await file.path()).subarray(0, 5).toString("latin1")]);
  }

  await page.click("#link");
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("copied"));
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const other = await context.newPage();
  await other.goto(link);
  await other.frameLocator("#solution").locator("text=PyTorch").first().waitFor();
  found.same = (await other.inputValue("#text")) === (await page.inputValue("#text"));
  const damaged = await context.newPage();
  await damaged.goto(address + "#p=AAAA");
  await damaged.locator("#said.wrong").waitFor();
  await damaged.frameLocator("#solution").locator("text=Answer").waitFor();
  found.damaged = await damaged.innerText("#said");

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1300, 390]) {
      const shown = await (await browser.newContext({ viewport: { width, height: 800 }, colorScheme, bypassCSP: true })).newPage();
      await shown.goto(address);
      await shown.frameLocator("#solution").locator("text=Answer").waitFor();
      for (const text of ["Given x = 1\nloss = x^2", "loss = foo"]) {
        await shown.fill("#text", text);
        await shown.waitForFunction(wrong => document.getElementById("said").classList.contains("wrong") === wrong, text === "loss = foo");
        await shown.waitForTimeout(400);
        await shown.evaluate(fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8"));
        found.axe.push(...(await shown.evaluate(() => axe.run())).violations.map(each => `${each.id} ${colorScheme} ${width}`));
      }
      found.overflow.push(await shown.evaluate(() => document.documentElement.scrollWidth - innerWidth));
    }
  }
  await browser.close();
  console.log(JSON.stringify(found));
})().catch(error => {
  console.error(error);
  process.exit(1);
});
