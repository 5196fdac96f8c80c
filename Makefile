# `make` alone says what there is. Everything that needs an environment makes it first (deploy/setup.sh).
SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
unexport MAKEFLAGS MFLAGS # no job server for what the recipes start

bin := .venv/bin
SERVICES ?= approvals forums policy bulletin
WORKERS ?= 3
# A file's tests stay in one worker; slow files are first in line (tests/conftest.py). On a busy machine a real server
# or browser may be late: a test that fails is run once more, and the report says so (R).
pytest = $(bin)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --reruns 1
options = $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(ARGS)

.PHONY: help environment setup up demo test check fmt migrate contracts rows chaos fuzz bench image clean

help: ## This help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

environment:
	@deploy/setup.sh run

setup: ## 准备环境 · System libraries, fonts, locked dependencies and the tests' tools
	@deploy/setup.sh dev

demo: environment ## 十场演示直至简报 · Ten sessions on a simulated clock, ten bulletins in out/demo
	@exec $(bin)/chunfeng demo $(ARGS)

up: environment ## 启动全部服务 · The four services with their own NATS and PostgreSQL, until Ctrl-C
	@exec $(bin)/chunfeng up $(ARGS)

test: setup ## 全部测试 · Every test; ARGS="tests/shared -k outbox" for some
	@exec $(pytest) $(ARGS)

check: setup ## 提交前检查 · What a change must pass: format, lint, types, imports, lock, tests
	@$(bin)/ruff format --check .
	@$(bin)/ruff check .
	@$(bin)/mypy
	@$(bin)/lint-imports
	@$(bin)/shellcheck $$(git ls-files '*.sh' .ci/run)
	@.chunfeng/bin/uv lock --check
	@exec $(pytest) $(ARGS)

fmt: setup ## 整理代码格式 · Format and mend what can be mended
	@$(bin)/ruff format .
	@$(bin)/ruff check --fix .

migrate: environment ## 按 CHUNFENG_* 设置建立流与数据表 · The stream and all tables, by CHUNFENG_* settings; up does it itself
	@exec $(bin)/chunfeng prepare $(ARGS)

contracts: setup ## 生成事件合同 · The golden files and docs of the events
	@exec $(bin)/python -m deploy.contracts $(ARGS)

rows: setup ## 验收各行 · The rows of docs/rows.md and what checks them
	@exec $(bin)/python -m deploy.rows $(ARGS)

chaos: environment ## 故障演练 · Kill services in the middle of a session: KILLS=20 SEED=1
	@exec $(bin)/chunfeng chaos $(options)

fuzz: setup ## 接口模糊测试 · 10,000 requests made from every service's OpenAPI: ARGS="--seed 8"
	@exec $(bin)/python -m deploy.fuzz $(ARGS)

bench: environment ## 性能测量 · How many facts, how fast, beside baselines of the same run
	@exec $(bin)/chunfeng bench $(ARGS)

image: ## 构建镜像 · One image per service: SERVICES="bulletin"
	@for service in $(SERVICES); do \
	  docker build -f deploy/Dockerfile --build-arg SERVICE=$$service -t chunfeng/$$service . || exit; \
	done

clean: ## 清理 · Remove the environment, the fonts, the local data and all caches
	@rm -rf .venv .chunfeng out .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
