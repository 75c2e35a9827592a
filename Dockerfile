# The page to type into, as a user without rights:
#
#   docker build -t backprop-derive .
#   docker run --rm -p 8000:8000 --read-only --tmpfs /tmp backprop-derive
FROM python:3.13-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /program && /program/bin/pip install --no-cache-dir '.[web]'

FROM python:3.13-slim
RUN useradd --system --no-create-home page
COPY --from=build /program /program
# What templates are compiled to is kept beside them, where that user may not write.
ENV PATH=/program/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER page
EXPOSE 8000
CMD ["backprop-derive", "serve", "--host", "0.0.0.0", "--port", "8000", "--no-open"]
